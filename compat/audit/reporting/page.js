"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const { kinds, columns, rows, drawings, sides } = data;
const at = Object.fromEntries(columns.map((name, place) => [name, place]));
const SPARE = 8;
const byId = (id) => document.getElementById(id);
const grid = byId("table"), box = byId("rows"), space = byId("space"), filter = byId("filter"), detail = byId("detail"), said = byId("said");
let height = 0; // of a row whose words fit in one line, which the style says
const heights = new Float64Array(rows.length); // of each row, 0 until it was in sight
let tops = new Float64Array(1);
const texts = new Array(rows.length);
let shown = rows.map((_, place) => place);
let active = -1;
let sorted = { name: null, down: false };
const chosen = new Set();

// Words and numbers

function text(place) {
  if (texts[place] === undefined) {
    const row = rows[place];
    texts[place] = `${row[at.path]} ${kinds[row[at.kind]].title} ${kinds[row[at.kind]].name} ${row[at.note] ?? ""}`.toLowerCase();
  }
  return texts[place];
}

function number(value) {
  if (value === null || value === undefined) return "";
  if (value === 0) return "0";
  return Math.abs(value) >= 0.01 && Math.abs(value) < 1e6 ? String(+value.toPrecision(4)) : value.toExponential(1);
}

// what all paths begin with says nothing in a narrow column
function common() {
  if (!rows.length) return 0;
  let start = rows[0][at.path];
  for (const row of rows) while (!row[at.path].startsWith(start)) start = start.slice(0, -1);
  return Math.max(start.lastIndexOf("/"), start.lastIndexOf("\\")) + 1;
}

const begin = common();
const folder = rows.length ? rows[0][at.path].slice(0, begin) : "";
if (folder) byId("folder").append("All files of the table are in ", make("code", folder), ".");
const path = (row) => row[at.path].slice(begin);
const brief = (words) => (folder.length > 1 && typeof words === "string" ? words.replaceAll(folder, "") : words ?? "");
const note = (row) => brief(row[at.note]);
const CELLS = [
  ["path", path],
  ["kind", (row) => kinds[row[at.kind]].title],
  ["note", note],
  ["largest", (row) => number(row[at.largest])],
  ["rms", (row) => number(row[at.rms])],
  ["left_rms", (row) => number(row[at.left_rms])],
  ["seconds", (row) => (row[at.seconds] === null ? "" : row[at.seconds].toFixed(2))],
];

// The table: only the rows in sight are elements

function draw() {
  measure();
  let first, last;
  // a row's height is known once it was drawn, and may move others into sight
  for (let times = 0; times < 4; times++) {
    first = Math.max(0, placeAt(box.scrollTop) - SPARE);
    last = Math.min(shown.length, placeAt(box.scrollTop + box.clientHeight) + 1 + SPARE);
    const fragment = document.createDocumentFragment();
    for (let place = first; place < last; place++) fragment.append(element(place));
    space.replaceChildren(fragment);
    if (!settled()) break;
  }
  grid.setAttribute("aria-rowcount", shown.length + 1);
  if (active >= first && active < last) grid.setAttribute("aria-activedescendant", `row-${active}`);
  else grid.removeAttribute("aria-activedescendant");
}

let width = 0;
function measure() {
  const least = parseFloat(getComputedStyle(box).getPropertyValue("--row"));
  if (least !== height || box.clientWidth !== width) heights.fill(0);
  height = least;
  width = box.clientWidth;
  layout();
}

function layout() {
  if (tops.length !== shown.length + 1) tops = new Float64Array(shown.length + 1);
  for (let place = 0; place < shown.length; place++) tops[place + 1] = tops[place] + (heights[shown[place]] || height);
  space.style.height = `${tops[shown.length]}px`;
}

// the place of the row at so many pixels from the top
function placeAt(top) {
  let low = 0, high = Math.max(0, shown.length - 1);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= top) low = middle; else high = middle - 1;
  }
  return low;
}

// Put the rows where their measured heights say; return whether any had another height than thought
function settled() {
  const seen = placeAt(box.scrollTop), within = box.scrollTop - tops[seen];
  let moved = false;
  const found = [...space.children].map((line) => line.offsetHeight);
  for (const [number, line] of [...space.children].entries()) {
    const place = shown[line.dataset.place];
    moved ||= (heights[place] || height) !== found[number];
    heights[place] = found[number];
  }
  if (!moved) return false;
  layout();
  for (const line of space.children) line.style.top = `${tops[line.dataset.place]}px`;
  box.scrollTop = tops[seen] + within;
  return true;
}

function element(place) {
  const row = rows[shown[place]];
  const line = document.createElement("div");
  line.className = "row";
  line.id = `row-${place}`;
  line.dataset.place = place;
  line.style.top = `${tops[place]}px`;
  line.setAttribute("role", "row");
  line.setAttribute("aria-rowindex", place + 2);
  line.setAttribute("aria-selected", place === active);
  for (const [name, words] of CELLS) {
    const cell = document.createElement("span");
    cell.setAttribute("role", "gridcell");
    if (name === "path") cell.append(make("bdi", words(row)));
    else cell.textContent = words(row);
    if (name === "path" || name === "note") cell.title = row[at[name]] ?? "";
    line.append(cell);
  }
  return line;
}

let asked = false;
function later() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; draw(); });
}

function choose(place) {
  if (!shown.length) { active = -1; draw(); return; }
  active = Math.max(0, Math.min(shown.length - 1, place));
  reach();
  draw();
  if (reach()) draw();
  tell(shown[active]);
}

// Scroll to the active row, and return whether that was needed
function reach() {
  const top = tops[active], bottom = tops[active + 1], before = box.scrollTop;
  if (top < before) box.scrollTop = top;
  else if (bottom > before + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
  return box.scrollTop !== before;
}

// Filtering and sorting

function narrow() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  shown = [];
  for (let place = 0; place < rows.length; place++) {
    if (chosen.size && !chosen.has(rows[place][at.kind])) continue;
    if (words.length) { const own = text(place); if (!words.every((word) => own.includes(word))) continue; }
    shown.push(place);
  }
  arrange();
  active = -1;
  box.scrollTop = 0;
  draw();
  said.textContent = `${shown.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
}

function arrange() {
  if (!sorted.name) return;
  const column = at[sorted.name], sign = sorted.down ? -1 : 1;
  const value = sorted.name === "kind" ? (place) => kinds[rows[place][column]].title : (place) => rows[place][column];
  shown.sort((one, other) => {
    const left = value(one), right = value(other);
    if (left === right) return one - other;
    if (left === null || left === undefined) return 1;
    if (right === null || right === undefined) return -1;
    return (left < right ? -1 : 1) * sign;
  });
}

for (const header of document.querySelectorAll("[data-sort]")) {
  header.firstElementChild.addEventListener("click", () => {
    const name = header.dataset.sort;
    const numbers = ["largest", "rms", "left_rms", "seconds"].includes(name);
    sort({ name, down: sorted.name === name ? !sorted.down : numbers }, header);
  });
}

function sort(order, header) {
  sorted = order;
  for (const other of document.querySelectorAll("[data-sort]")) other.setAttribute("aria-sort", "none");
  header?.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
  byId("worst").setAttribute("aria-pressed", !header);
  if (header) arrange();
  else shown.sort((one, other) => one - other);
  active = -1;
  box.scrollTop = 0;
  draw();
}
byId("worst").addEventListener("click", () => { sort({ name: null, down: false }); if (shown.length) choose(0); });

for (const button of document.querySelectorAll("#kinds button")) {
  button.addEventListener("click", () => {
    const kind = Number(button.dataset.kind), on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", on);
    if (on) chosen.add(kind); else chosen.delete(kind);
    narrow();
  });
}

// The keyboard

grid.addEventListener("keydown", (event) => {
  if (event.target.closest("[data-sort]")) return;
  const page = Math.max(1, placeAt(box.scrollTop + box.clientHeight) - placeAt(box.scrollTop) - 1);
  const steps = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: shown.length - 1 };
  if (event.key in steps) { event.preventDefault(); choose(steps[event.key]); }
  else if (event.key === "Enter" && active >= 0) { event.preventDefault(); detail.focus(); }
});
grid.addEventListener("focus", () => { if (active < 0 && shown.length) choose(0); });
box.addEventListener("click", (event) => {
  const line = event.target.closest("[data-place]");
  if (line) { grid.focus(); choose(Number(line.dataset.place)); }
});
detail.addEventListener("keydown", (event) => { if (event.key === "Escape") grid.focus(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== filter) { event.preventDefault(); filter.focus(); }
});
filter.addEventListener("input", narrow);
filter.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { filter.value = ""; narrow(); }
  if (event.key === "ArrowDown") { event.preventDefault(); grid.focus(); choose(0); }
});
box.addEventListener("scroll", later);
addEventListener("resize", () => { later(); repaint(); });

// One file

const FACTS = [
  ["backend", "backend"], ["sample rate", "rate"], ["channels", "channels"], ["frames", "frames"], ["dtype", "dtype"],
  ["encoding of info()", "encoding"], ["bits_per_sample of info()", "bits"], ["num_frames of info()", "info_frames"], ["error", "error"], ["warning", "warning"],
];
let painted = [];

function make(name, words, style) {
  const made = document.createElement(name);
  if (words !== undefined) made.textContent = words;
  if (style) made.className = style;
  return made;
}

function tell(place) {
  const row = rows[place], drawing = drawings[row[at.drawing]];
  painted = [];
  const facts = make("dl");
  facts.append(make("dt", ""), make("dd", sides[0], "old"), make("dd", sides[1], "new"));
  for (const [title, name] of FACTS) {
    const old = row[at[`from_${name}`]], next = row[at[`to_${name}`]];
    if (old ?? next ?? null) facts.append(make("dt", title), make("dd", brief(old)), make("dd", brief(next)));
  }
  const name = make("h2"); // the whole path, to be copied
  name.append(make("span", folder, "dim common"), path(row));
  detail.replaceChildren(name, make("p", `${kinds[row[at.kind]].title}. ${note(row)}`), ...apart(row), facts);
  if (!drawing) {
    if (kinds[row[at.kind]].group === "differences") detail.append(make("p", "Not drawn: the page draws the worst files; --draw chooses how many.", "dim"));
    return;
  }
  if (drawing.error) { detail.append(make("p", `Not drawn: ${drawing.error}`, "dim")); return; }
  strip(`${sides[0]}, full height ${number(drawing.peak)}`, drawing.old, "--old", drawing);
  strip(`${sides[1]}, full height ${number(drawing.peak)}`, drawing.new, "--new", drawing);
  if (drawing.apart) strip(`difference, not aligned, full height ${number(drawing.apart_peak)}`, drawing.apart, "--apart", drawing);
  if (drawing.left) strip(`difference, aligned: shift and factor undone, full height ${number(drawing.left_peak)}`, drawing.left, "--apart", drawing);
  player(sides[0], drawing.old_sound, drawing, "old");
  player(sides[1], drawing.new_sound, drawing, "new");
  repaint();
}

// The two kinds of difference: as the samples lie, and once a shift and a factor are undone
function apart(row) {
  if (row[at.largest] === null && row[at.left_largest] === null) return [];
  const undone = [["shift", row[at.shift], " frames"], ["factor", row[at.factor], ""]].filter(([, value]) => value !== null);
  const words = undone.map(([name, value, unit]) => `${name} ${number(value)}${unit}`).join(", ");
  const table = make("table"), head = table.createTHead().insertRow(), body = table.createTBody();
  for (const title of ["difference", "largest", "RMS"]) head.append(make("th", title));
  const lines = [["not aligned: frame by frame", row[at.largest], row[at.rms]]];
  if (row[at.left_largest] !== null) lines.push([`aligned: ${words} undone`, row[at.left_largest], row[at.left_rms]]);
  for (const [title, largest, rms] of lines) body.insertRow().append(make("th", title), make("td", number(largest)), make("td", number(rms)));
  return [table];
}

function strip(words, packed, colour, drawing) {
  const figure = make("figure"), canvas = make("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Waveform: ${words}, ${drawing.seconds.toFixed(2)} seconds`);
  figure.append(canvas, make("figcaption", words, "dim"));
  detail.append(figure);
  painted.push({ canvas, colour, edges: Int8Array.from(atob(packed), (sign) => sign.charCodeAt(0)) });
}

function repaint() {
  const style = getComputedStyle(document.documentElement);
  const probe = make("span");
  document.body.append(probe);
  for (const { canvas, colour, edges } of painted) {
    const scale = devicePixelRatio || 1;
    canvas.width = Math.max(1, Math.round(canvas.clientWidth * scale));
    canvas.height = Math.max(1, Math.round(canvas.clientHeight * scale));
    probe.style.color = `var(${colour})`;
    const pen = canvas.getContext("2d"), half = canvas.height / 2, number = edges.length / 2, step = canvas.width / number;
    pen.fillStyle = getComputedStyle(probe).color || style.color;
    for (let column = 0; column < number; column++) {
      const top = half - (edges[2 * column + 1] / 127) * half * 0.96, bottom = half - (edges[2 * column] / 127) * half * 0.96;
      pen.fillRect(column * step, top, Math.max(step, 1), Math.max(bottom - top, scale));
    }
  }
  probe.remove();
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);

function player(side, sound, drawing, style) {
  if (!sound) return;
  const figure = make("figure"), audio = make("audio");
  const words = `${side}, as decoded, from ${drawing.sound_at.toFixed(2)} s`;
  if (audio.canPlayType("audio/flac")) {
    audio.controls = true;
    audio.preload = "metadata";
    audio.setAttribute("aria-label", `Play ${words}`);
    audio.src = `data:audio/flac;base64,${sound}`;
    figure.append(audio, make("figcaption", words, style));
  } else {
    figure.append(make("figcaption", `${words}: this browser does not play FLAC.`, "dim"));
  }
  detail.append(figure);
}

narrow();
// the worst is first, and what is the same needs no look
if (rows.length && kinds[rows[0][at.kind]].group !== "same") choose(0);
