// Uses a report in the frame `f` as people do, and says in body's data-answer what went wrong, or "passed". `CHECKS` names
// the checks.
const frame = document.getElementById("f"), faults = [];
const wait = milliseconds => new Promise(done => setTimeout(done, milliseconds));
const must = (right, words) => { if (!right) faults.push(words); };
let page, view;
const id = name => page.getElementById(name);
const shown = () => [+id("zoom-from").value, +id("zoom-to").value].join("-");
const press = (element, key, more = {}) => element.dispatchEvent(new view.KeyboardEvent("keydown", {key, bubbles: true, cancelable: true, ...more}));
const change = (element, value, event) => { element.value = value; element.dispatchEvent(new view.Event(event, {bubbles: true})); };
const plots = () => [...page.querySelectorAll(".chart:not([hidden]) .plot")];
const pixels = plot => [...plot.querySelectorAll("canvas")].map(canvas => canvas.toDataURL()).join();
const inked = plot => {
  const canvas = plot.querySelector("canvas"), bytes = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  let count = 0;
  for (let i = 3; i < bytes.length; i += 4) count += bytes[i] > 128;
  return count;
};

/* With the mouse, over parts of a chart's width. */
function drag(plot, from, to) {
  const canvas = plot.querySelectorAll("canvas")[1], box = canvas.getBoundingClientRect(), y = box.top + box.height / 2;
  const at = (target, type, part) => target.dispatchEvent(new view.MouseEvent(type, {bubbles: true, cancelable: true, view, button: 0, detail: 1, clientX: box.left + part * box.width, clientY: y, screenX: box.left + part * box.width, screenY: y}));
  at(canvas, "mousedown", from);
  for (let i = 1; i <= 4; i++) at(page, "mousemove", from + (to - from) * i / 4);
  at(page, "mouseup", to);
}

const checks = {
  /* Fits its window, every chart is drawn, everything that can be reached has a name. */
  async looks() {
    must(page.documentElement.scrollWidth <= view.innerWidth, "wider than the window: " + page.documentElement.scrollWidth);
    must(plots().length >= 4, "charts: " + plots().length);
    for (const plot of plots()) must(inked(plot) > 50, "nothing drawn: " + plot.getAttribute("aria-label"));
    for (const element of page.querySelectorAll("button, input, [tabindex]")) {
      if (!element.offsetParent) continue; // nobody can reach it
      const name = element.getAttribute("aria-label") || element.textContent || (element.labels && element.labels[0] && element.labels[0].textContent);
      must(name && name.trim(), "no name: " + element.outerHTML.slice(0, 80));
    }
    must(!view.performance.getEntriesByType("resource").some(entry => !entry.name.startsWith("data:")), "something was loaded");
    must(view.hacked === undefined, "a script from the run's folder ran");
  },
  async samples() {
    const slider = id("frame"), image = page.querySelector("#frames img"), before = image.src;
    must(slider.value === slider.max && +slider.max >= 3, "the slider: " + slider.value + " of " + slider.max);
    change(slider, 0, "input");
    for (let i = 0; i < 40 && !image.complete; i++) await wait(25);
    must(image.src !== before && image.naturalWidth > 0, "the first picture is not shown");
    must(slider.getAttribute("aria-valuetext") === "epoch 0" && id("frame-words").textContent === "Epoch 0" && image.alt.endsWith("epoch 0"), "the words of epoch 0");
    id("frame-after").click();
    must(slider.valueAsNumber === 1 && slider.getAttribute("aria-valuetext") === "epoch 1", "a picture later");
    id("frame-before").click();
    id("frame-play").click();
    await wait(700);
    must(id("frame-play").textContent === "Pause" && slider.valueAsNumber >= 1, "it does not play");
    id("frame-play").click();
    const stopped = slider.value;
    await wait(700);
    must(slider.value === stopped, "it does not pause");
  },
  async zoom() {
    const whole = shown(), [first, second] = plots(), before = pixels(second);
    drag(first, 0.4, 0.8);
    await wait(100);
    const [from, to] = shown().split("-");
    must(shown() !== whole && +from > +whole.split("-")[0] && +to < +whole.split("-")[1], "dragging does not zoom: " + shown());
    must(pixels(second) !== before, "the other charts do not zoom along");
    first.querySelectorAll("canvas")[1].dispatchEvent(new view.MouseEvent("dblclick", {bubbles: true, cancelable: true}));
    must(shown() === whole && pixels(second) === before, "a double-click does not show all: " + shown());
    id("zoom-in").click();
    const near = shown();
    must(near !== whole, "the button does not zoom");
    id("zoom-left").click();
    must(shown() !== near, "the button does not move");
    id("zoom-all").click();
    must(shown() === whole, "the button does not show all");
    change(id("zoom-from"), 3, "change");
    must(shown() === "3-" + whole.split("-")[1], "epochs that are typed: " + shown());
    id("zoom-out").click();
    must(shown() === whole, "zooming out: " + shown());
    change(id("zoom-to"), 4, "input");
    id("zoom-left").click(); // whatever shows something else
    must(id("zoom-to").value === "4", "a number that is being typed is overwritten");
    change(id("zoom-to"), whole.split("-")[1], "change");
  },
  async keys() {
    const plot = plots()[0], whole = shown();
    plot.focus();
    must(page.activeElement === plot && plot.getAttribute("role") === "slider", "a chart has no focus");
    press(plot, "Home");
    must(/^epoch 1, .* \d/.test(plot.getAttribute("aria-valuetext")), "the first epoch's words: " + plot.getAttribute("aria-valuetext"));
    press(plot, "ArrowRight");
    must(plot.getAttribute("aria-valuenow") === "2", "right: " + plot.getAttribute("aria-valuenow"));
    press(plot, "End");
    must(plot.getAttribute("aria-valuenow") === plot.getAttribute("aria-valuemax"), "end");
    must([...page.querySelectorAll(".legend span")].some(span => span.textContent.startsWith("epoch ")), "the legend does not tell the epoch");
    press(plot, "+");
    const near = shown();
    must(near !== whole, "plus does not zoom");
    press(plot, "ArrowLeft", {shiftKey: true});
    must(shown() !== near, "shift and left do not move");
    press(plot, "0");
    must(shown() === whole, "0 does not show all");
    press(plot, "Escape");
  },
  async legend() {
    const chart = page.querySelector(".chart"), button = chart.querySelector(".legend button"), before = pixels(chart.querySelector(".plot"));
    button.click();
    must(button.getAttribute("aria-pressed") === "false" && pixels(chart.querySelector(".plot")) !== before, "a curve can't be hidden");
    button.click();
    must(pixels(chart.querySelector(".plot")) === before, "a curve does not come back");
    const box = chart.querySelector("input[type=checkbox]");
    box.click();
    must(pixels(chart.querySelector(".plot")) !== before, "no logarithmic axis");
    box.click();
  },
  /* One finger is left to the page, which scrolls; two zoom. */
  async touch() {
    const canvas = plots()[0].querySelectorAll("canvas")[1], box = canvas.getBoundingClientRect(), whole = shown();
    const fingers = (type, ...parts) => {
      const touches = parts.map((part, identifier) => new view.Touch({identifier, target: canvas, clientX: box.left + part * box.width, clientY: box.top + 50, pageX: box.left + part * box.width, pageY: box.top + 50}));
      const event = new view.TouchEvent(type, {bubbles: true, cancelable: true, touches, targetTouches: touches, changedTouches: touches});
      canvas.dispatchEvent(event);
      return event.defaultPrevented;
    };
    must(!fingers("touchstart", 0.5) && !fingers("touchmove", 0.3) && shown() === whole, "one finger does not scroll the page");
    fingers("touchend");
    must(fingers("touchstart", 0.45, 0.65), "two fingers scroll the page");
    fingers("touchmove", 0.35, 0.75);
    fingers("touchend");
    must(shown() !== whole, "two fingers do not zoom");
    id("zoom-all").click();
    must(shown() === whole, "back to all");
  },
  /* What the page's policy is for. */
  async injected() {
    const script = page.createElement("script");
    script.textContent = "window.hacked = 1";
    page.body.append(script);
    page.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.hacked = 2'>");
    await wait(100);
    must(view.hacked === undefined, "a script that is not the page's ran");
  }
};

frame.addEventListener("load", async () => {
  page = frame.contentDocument;
  view = frame.contentWindow;
  try {
    for (const name of CHECKS.split(" ")) await checks[name]();
  } catch (error) {
    faults.push("threw " + error + " " + error.stack);
  }
  document.body.dataset.answer = faults.length ? faults.join("; ") : "passed";
});
