"use strict";
/* The page of a run: charts that zoom together, samples on a slider. What comes from files is set as text, never as
 * HTML. `report` is what the live page (watch.js) adds to. */
const report = (() => {
  const byId = id => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const charts = [];
  let epochs = []; // of all runs, ascending: the rows of every chart
  let range = null; // that is shown; null: all
  let setting = false; // a range, in every chart
  let cursor = -1; // row
  const typing = new Set(); // fields in which a number is half typed
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const dashes = [null, [8, 3], [2, 3], [12, 3, 2, 3]];
  const words = value => value == null ? "—" : String(+value.toPrecision(5));

  /* ---- rows ---- */

  function unite() {
    epochs = data.runs.length === 1 ? data.runs[0].epochs : [...new Set(data.runs.flatMap(run => run.epochs))].sort((a, b) => a - b);
    for (const run of data.runs) run.row = data.runs.length === 1 ? null : new Map(run.epochs.map((epoch, i) => [epoch, i]));
  }

  function valueOf(line, row) {
    const values = line.run.values[line.key], at = line.run.row ? line.run.row.get(epochs[row]) : row;
    return values && at !== undefined && values[at] !== undefined ? values[at] : null;
  }

  const rowsOf = lines => epochs.map((epoch, row) => [epoch, ...lines.map(line => valueOf(line, row))]);

  function whole() {
    const first = epochs[0], last = epochs[epochs.length - 1];
    return first === last ? [first - 0.5, last + 0.5] : [first, last];
  }

  /* ---- alarms ---- */

  /* Times in which an alarm stood, as [kind, first epoch, last epoch]. */
  function alarmTimes() {
    if (data.runs.length !== 1) return [];
    const run = data.runs[0], times = [];
    for (let kind = 0; kind < data.alarms.length; kind++)
      for (let i = 0, from = -1; i <= run.epochs.length; i++) {
        const stands = i < run.epochs.length && run.alarms[i] >> kind & 1;
        if (stands && from < 0) from = i;
        if (!stands && from >= 0) {
          times.push([kind, run.epochs[from], run.epochs[i - 1]]);
          from = -1;
        }
      }
    return times;
  }

  function drawAlarms(context, area, graph) {
    const warn = colour("--warn");
    context.save();
    context.beginPath();
    context.rect(area.x, area.y, area.w, area.h);
    context.clip();
    context.font = "11px system-ui, sans-serif";
    context.textBaseline = "middle";
    const kinds = alarmKinds(), written = kinds.map(() => area.x); // how far each line has words
    for (const [kind, from, to] of times) {
      const left = Math.max(area.x, graph.toDomXCoord(from - 0.5)), right = Math.min(area.x + area.w, graph.toDomXCoord(to + 0.5));
      if (right <= left) continue;
      const width = Math.max(2, right - left), top = area.y + ROW * kinds.indexOf(kind);
      context.fillStyle = warn;
      context.globalAlpha = 0.1;
      context.fillRect(left, area.y, width, area.h);
      context.globalAlpha = 0.3;
      context.fillRect(left, top, width, ROW - 1);
      context.globalAlpha = 1;
      const wide = context.measureText(data.alarms[kind]).width + 8, start = Math.min(left, area.x + area.w - wide);
      if (start < written[kinds.indexOf(kind)]) continue;
      written[kinds.indexOf(kind)] = start + wide;
      context.fillStyle = colour("--ink");
      context.fillText(data.alarms[kind], start + 4, top + 8);
    }
    context.restore();
  }
  let times = [];
  const ROW = 16; // height of a line of an alarm's words, pixels
  const alarmKinds = () => [...new Set(times.map(time => time[0]))].sort();

  /* Room for the alarms above the curves. */
  function place(chart) {
    const rows = alarmKinds().length, room = 6 + ROW * rows, height = chart.plot.clientHeight - 20;
    chart.valueRange = chart.share ? [-0.02, 1.03 + 0.09 * rows] : null;
    if (chart.share) return {valueRange: chart.valueRange, yRangePad: 0};
    return {valueRange: null, yRangePad: height > 3 * room ? room * height / (height - 2 * room) : room}; // dygraphs shrinks it with the curves
  }

  /* ---- zoom ---- */

  function clamped([from, to]) {
    const [first, last] = whole(), width = Math.min(Math.max(to - from, Math.min(1, last - first)), last - first);
    const left = Math.min(Math.max(from, first), last - width);
    return [left, left + width];
  }

  /* null: all. */
  function show(wanted) {
    if (!epochs.length) return;
    const all = whole(), next = wanted ? clamped(wanted) : all;
    range = wanted && (next[0] > all[0] || next[1] < all[1]) ? next : null;
    setting = true;
    for (const chart of charts) if (chart.graph) chart.graph.updateOptions(range ? {dateWindow: next} : {dateWindow: next, valueRange: chart.valueRange});
    setting = false;
    const fields = {"zoom-from": Math.ceil(next[0]), "zoom-to": Math.floor(next[1])};
    for (const id in fields) if (!typing.has(id)) byId(id).value = fields[id];
  }

  function zoom(factor, shift = 0) {
    if (!epochs.length) return;
    const [from, to] = range || whole(), half = (to - from) / 2 * factor;
    const at = epochs[cursor], seen = factor < 1 && at >= from && at <= to;
    const middle = (seen ? at : (from + to) / 2) + shift * (to - from);
    show([middle - half, middle + half]);
  }

  function connectZoom() {
    const actions = {"zoom-in": () => zoom(0.5), "zoom-out": () => zoom(2), "zoom-left": () => zoom(1, -0.25), "zoom-right": () => zoom(1, 0.25), "zoom-all": () => show(null)};
    for (const id in actions) byId(id).addEventListener("click", actions[id]);
    const take = () => {
      const from = byId("zoom-from").valueAsNumber, to = byId("zoom-to").valueAsNumber;
      if (from < to) show([from, to]);
    };
    for (const id of ["zoom-from", "zoom-to"]) {
      byId(id).addEventListener("input", () => typing.add(id)); // a live page leaves it alone meanwhile
      for (const event of ["change", "blur"]) byId(id).addEventListener(event, () => typing.delete(id));
      byId(id).addEventListener("change", take);
    }
    byId("zoom").hidden = false;
    document.querySelector(".hint").hidden = false;
  }

  /* ---- the cursor ---- */

  function tell(chart) {
    const shown = cursor >= 0 && cursor < epochs.length;
    chart.epoch.textContent = shown ? "epoch " + epochs[cursor] : "";
    const said = chart.lines.map((line, i) => {
      const value = shown ? words(valueOf(line, cursor)) : "";
      chart.values[i].textContent = value;
      return line.label + " " + value;
    });
    const stand = shown ? times.filter(([, from, to]) => epochs[cursor] >= from && epochs[cursor] <= to).map(([kind]) => data.alarms[kind]) : [];
    chart.alarm.textContent = stand.join("; ");
    if (!shown) return;
    chart.plot.setAttribute("aria-valuenow", epochs[cursor]);
    chart.plot.setAttribute("aria-valuetext", ["epoch " + epochs[cursor], ...said, ...stand].join(", "));
  }

  function point(row) {
    cursor = row;
    for (const chart of charts) {
      if (!chart.graph) continue;
      if (row >= 0 && row < epochs.length) chart.graph.setSelection(row);
      else chart.graph.clearSelection();
      tell(chart);
    }
  }

  function onKey(event) {
    const last = epochs.length - 1, step = event.key === "PageUp" || event.key === "PageDown" ? Math.max(1, Math.round(last / 10)) : 1;
    const keys = {ArrowLeft: -step, ArrowDown: -step, PageDown: -step, ArrowRight: step, ArrowUp: step, PageUp: step};
    if (event.ctrlKey || event.metaKey || event.altKey || last < 0) return;
    if (event.shiftKey && (event.key === "ArrowLeft" || event.key === "ArrowRight")) zoom(1, event.key === "ArrowLeft" ? -0.25 : 0.25);
    else if (event.key in keys) point(Math.min(last, Math.max(0, cursor < 0 ? (keys[event.key] > 0 ? 0 : last) : cursor + keys[event.key])));
    else if (event.key === "Home") point(0);
    else if (event.key === "End") point(last);
    else if (event.key === "+" || event.key === "=") zoom(0.5);
    else if (event.key === "-") zoom(2);
    else if (event.key === "0") show(null);
    else if (event.key === "Escape") point(-1);
    else return;
    event.preventDefault();
  }

  /* ---- charts ---- */

  function addLegend(chart) {
    const legend = chart.figure.querySelector(".legend");
    chart.epoch = document.createElement("span");
    legend.append(chart.epoch);
    chart.values = chart.lines.map((line, i) => {
      const button = document.createElement("button"), value = document.createElement("span");
      button.type = "button";
      button.setAttribute("aria-pressed", "true");
      const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg"), stroke = document.createElementNS("http://www.w3.org/2000/svg", "line");
      drawing.setAttribute("viewBox", "0 0 28 10");
      drawing.setAttribute("aria-hidden", "true");
      for (const [name, number] of [["x1", 0], ["x2", 28], ["y1", 5], ["y2", 5], ["stroke-width", 2.5]]) stroke.setAttribute(name, number);
      stroke.setAttribute("stroke", `var(--c${line.number % 8})`);
      if (dashes[line.number % 4]) stroke.setAttribute("stroke-dasharray", dashes[line.number % 4].join(" "));
      drawing.append(stroke);
      value.className = "value";
      button.append(drawing, line.label);
      button.addEventListener("click", () => {
        const visible = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", visible);
        chart.visible[i] = visible;
        if (chart.graph) chart.graph.setVisibility(i, visible);
      });
      legend.append(button, value);
      return value;
    });
    chart.visible = chart.lines.map(() => true);
    chart.alarm = document.createElement("span");
    chart.alarm.className = "warn";
    legend.append(chart.alarm);
    const label = document.createElement("label"), box = document.createElement("input");
    box.type = "checkbox";
    box.checked = chart.logarithmic;
    box.addEventListener("change", () => {
      chart.logarithmic = box.checked;
      if (chart.graph) chart.graph.updateOptions({logscale: chart.logarithmic, valueRange: chart.valueRange});
    });
    label.append(box, " logarithmic");
    if (!chart.share) legend.append(label);
  }

  /* One finger scrolls the page, two zoom the chart. */
  function interaction() {
    const model = Object.assign({}, Dygraph.defaultInteractionModel);
    const pinch = name => (event, graph, context) => {
      if (event.touches.length > 1 || (name === "touchend" && context.initialTouches)) {
        Dygraph.defaultInteractionModel[name](event, graph, context);
        if (name === "touchend" && !event.touches.length) context.initialTouches = null;
      }
    };
    for (const name of ["touchstart", "touchmove", "touchend"]) model[name] = pinch(name);
    model.dblclick = () => show(null);
    return model;
  }

  const colours = chart => chart.lines.map(line => colour(`--c${line.number % 8}`));

  function options(chart) {
    const series = {};
    chart.lines.forEach((line, i) => series[i] = {strokePattern: dashes[line.number % 4]});
    return {
      labels: ["epoch", ...chart.lines.map((line, i) => String(i))], series, colors: colours(chart), visibility: chart.visible, strokeWidth: 2,
      legend: "never", connectSeparatedPoints: true, logscale: chart.logarithmic, ...place(chart), dateWindow: range || whole(),
      drawPoints: epochs.length <= 60, pointSize: 2.5, highlightCircleSize: 4, rightGap: 12, axisLabelFontSize: 12,
      gridLineColor: colour("--edge"), axisLineColor: colour("--edge"),
      axes: {x: {axisLabelWidth: 64, axisLabelFormatter: x => Number.isInteger(x) ? String(x) : ""}, y: {axisLabelWidth: 58, axisLabelFormatter: y => words(y)}},
      highlightCallback: (event, x, points, row) => { if (row !== cursor) point(row); }, unhighlightCallback: () => point(-1),
      underlayCallback: drawAlarms, interactionModel: interaction(),
      drawCallback: (graph, first) => {
        const now = graph.xAxisRange(), before = range || whole();
        if (!first && !setting && (Math.abs(now[0] - before[0]) > 1e-9 || Math.abs(now[1] - before[1]) > 1e-9)) show(now);
      }
    };
  }

  /* A chart comes to be when there is something to draw. */
  function draw(chart) {
    const any = chart.lines.some(line => line.run.values[line.key]);
    chart.figure.hidden = !any;
    if (!any) return;
    if (chart.graph) {
      setting = true;
      chart.graph.updateOptions({file: rowsOf(chart.lines), ...place(chart), dateWindow: range || whole(), drawPoints: epochs.length <= 60});
      setting = false;
    } else {
      chart.graph = new Dygraph(chart.plot, rowsOf(chart.lines), options(chart));
      chart.plot.querySelectorAll("canvas").forEach(canvas => canvas.setAttribute("aria-hidden", "true"));
      new ResizeObserver(() => chart.graph.resize()).observe(chart.plot);
    }
    chart.plot.setAttribute("aria-valuemin", epochs[0]);
    chart.plot.setAttribute("aria-valuemax", epochs[epochs.length - 1]);
    if (!chart.plot.hasAttribute("aria-valuenow")) {
      chart.plot.setAttribute("aria-valuenow", epochs[epochs.length - 1]);
      chart.plot.setAttribute("aria-valuetext", "epochs " + epochs[0] + " to " + epochs[epochs.length - 1]);
    }
  }

  function addChart(figure) {
    const keys = figure.dataset.curves.split(" "), labels = figure.dataset.labels.split("|"), title = figure.querySelector("h3");
    const lines = data.runs.length > 1 ? data.runs.map((run, number) => ({run, key: keys[0], label: run.name, number}))
      : keys.map((key, number) => ({run: data.runs[0], key, label: labels[number], number}));
    const chart = {figure, lines, plot: figure.querySelector(".plot"), share: "share" in figure.dataset, logarithmic: "log" in figure.dataset};
    chart.plot.tabIndex = 0;
    chart.plot.setAttribute("role", "slider");
    chart.plot.setAttribute("aria-label", title.textContent + ", by epoch");
    chart.plot.setAttribute("aria-describedby", figure.querySelector(".course").id);
    chart.plot.addEventListener("keydown", onKey);
    addLegend(chart);
    charts.push(chart);
  }

  /* Other runs than before are in the data. */
  function adopt() {
    for (const chart of charts) chart.lines.forEach((line, i) => line.run = data.runs[data.runs.length > 1 ? i : 0]);
    cursor = -1;
  }

  function redraw() {
    unite();
    times = alarmTimes();
    if (epochs.length) for (const chart of charts) draw(chart);
    if (epochs.length) show(range);
  }

  function restyle() {
    for (const chart of charts) if (chart.graph) chart.graph.updateOptions({colors: colours(chart), gridLineColor: colour("--edge"), axisLineColor: colour("--edge")});
  }

  /* ---- samples ---- */

  let playing = 0;
  function showFrame() {
    const slider = byId("frame"), frame = data.frames[slider.valueAsNumber];
    let image = document.querySelector("#frames img");
    if (!frame) return;
    if (!image) {
      image = document.createElement("img");
      image.className = "samples";
      byId("frames").prepend(image);
    }
    if (image.getAttribute("src") !== frame.source) image.src = frame.source;
    image.alt = "Samples of G after epoch " + frame.epoch;
    slider.setAttribute("aria-valuetext", "epoch " + frame.epoch);
    byId("frame-words").textContent = "Epoch " + frame.epoch;
  }

  function moveFrame(by) {
    byId("frame").value = byId("frame").valueAsNumber + by;
    showFrame();
  }

  function play(wanted) {
    clearInterval(playing);
    playing = 0;
    byId("frame-play").textContent = wanted ? "Pause" : "Play";
    if (!wanted) return;
    const last = () => data.frames.length - 1;
    if (byId("frame").valueAsNumber === last()) byId("frame").value = 0;
    showFrame();
    playing = setInterval(() => {
      moveFrame(1);
      if (byId("frame").valueAsNumber === last()) play(false);
    }, 300);
  }

  /* The slider stays at its end where it was there. */
  function setFrames() {
    const slider = byId("frame"), atEnd = slider.valueAsNumber >= +slider.max;
    slider.max = Math.max(0, data.frames.length - 1);
    if (atEnd) slider.value = slider.max;
    slider.parentElement.hidden = data.frames.length < 2;
    showFrame();
  }

  function connectFrames() {
    byId("frame").max = 0;
    byId("frame").addEventListener("input", () => { play(false); showFrame(); });
    byId("frame-before").addEventListener("click", () => { play(false); moveFrame(-1); });
    byId("frame-after").addEventListener("click", () => { play(false); moveFrame(1); });
    byId("frame-play").addEventListener("click", () => play(!playing));
    setFrames();
  }

  document.querySelectorAll(".chart").forEach(addChart);
  connectZoom();
  redraw();
  if (byId("frame")) connectFrames();
  dark.addEventListener("change", restyle);
  return {data, redraw, setFrames, adopt};
})();
