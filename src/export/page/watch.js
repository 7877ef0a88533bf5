"use strict";
/* The live page: takes epochs from the server's events into the report's data, and fetches what is said in words. */
(() => {
  const byId = id => document.getElementById(id), data = report.data;
  const DRAW = 1000, PARTS = 3000; // milliseconds between two drawings, two fetches of words, at least
  const MOST = 4096; // epochs that are kept here one by one
  let waiting = null; // rows that come while everything is fetched anew
  let drawing = 0, drawn = 0, fetched = 0, ended = false;

  function say(words, part) {
    byId("live-words").textContent = words;
    if (part !== undefined) byId("live-progress").value = part;
  }

  /* What a screen reader says by itself: not every second's progress. */
  function sayNews(words) {
    say(words);
    byId("live-news").textContent = words;
  }

  /* What is said in words, where it has changed. What somebody is in keeps still. */
  function replaceParts(html) {
    for (const fresh of new DOMParser().parseFromString(html, "text/html").querySelectorAll("[data-live]")) {
      const old = byId(fresh.id);
      if (old && old.innerHTML !== fresh.innerHTML && !old.contains(document.activeElement)) old.replaceChildren(...fresh.childNodes);
    }
  }

  async function fetchParts() {
    fetched = Date.now();
    const answer = await fetch("parts.html");
    if (answer.ok) replaceParts(await answer.text());
  }

  function draw() {
    drawing = 0;
    drawn = Date.now();
    if (data.runs[0].epochs.length > MOST && !ended) {
      reload(); // thinned
      return;
    }
    report.redraw();
    report.setFrames();
    if (!ended && Date.now() - fetched >= PARTS) fetchParts().catch(() => {});
  }

  function drawSoon() {
    if (!drawing) drawing = setTimeout(draw, Math.max(0, drawn + DRAW - Date.now()));
  }

  function add({row, frame}) {
    const run = data.runs[0], last = run.epochs.length ? run.epochs[run.epochs.length - 1] : 0;
    if (frame && !data.frames.some(known => known.epoch >= frame.epoch)) data.frames.push(frame);
    if (row.epoch <= last) return;
    for (const key in row.values) if (!run.values[key]) run.values[key] = run.epochs.map(() => null);
    run.epochs.push(row.epoch);
    run.alarms.push(row.alarms);
    for (const key in run.values) run.values[key].push(key in row.values ? row.values[key] : null);
  }

  async function reload() {
    if (waiting) return;
    waiting = [];
    try {
      const answer = await fetch("data.json"), fresh = await answer.json();
      Object.assign(data, fresh);
      report.adopt();
    } catch (error) {
      sayNews("The page can't be brought up to date: load it again.");
    }
    const rows = waiting;
    waiting = null;
    rows.forEach(add);
    drawSoon();
  }

  function onRows(rows) {
    if (waiting) {
      waiting.push(...rows);
      return;
    }
    rows.forEach(add);
    drawSoon();
  }

  const source = new EventSource("events?from=" + byId("live").dataset.from);
  source.addEventListener("epochs", event => onRows(JSON.parse(event.data)));
  source.addEventListener("reload", reload);
  source.addEventListener("another", () => location.reload());
  source.addEventListener("progress", event => {
    const {words, part} = JSON.parse(event.data);
    say(words, part);
  });
  source.addEventListener("end", event => {
    const {words, parts} = JSON.parse(event.data);
    ended = true;
    source.close();
    clearTimeout(drawing);
    report.setFrames(); // the server waits a moment for the last picture to be asked for, not until all is drawn
    setTimeout(() => {
      draw();
      replaceParts(parts);
      sayNews(words + " Its server is gone; clgan report writes this page to a file.");
    });
  });
  source.addEventListener("error", () => {
    if (!ended) sayNews("The connection is lost; trying again.");
  });
  byId("frames").addEventListener("error", () => {
    byId("frame-words").textContent += ": this picture can't be had any more";
  }, true);
})();
