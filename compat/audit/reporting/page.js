"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const { kinds, columns, rows, drawings, sides } = data;
const at = Object.fromEntries(columns.map((name, place) => [name, place]));
const SPARE = 8;
const byId = (id) => document.getElementById(id);
const grid = byId("table"), box = byId("rows"), space = byId("space"), filter = byId("filter"), detail = byId("detail"), said = byId("said");
let height = 0; // of a row, which the style says
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
  return start.lastIndexOf("/") + 1;
}

const begin = common();
const CELLS = [
  ["path", (row) => row[at.path].slice(begin)],
  ["kind", (row) => kinds[row[at.kind]].title],
  ["note", (row) => row[at.note] ?? ""],
  ["largest", (row) => number(row[at.largest])],
  ["rms", (row) => number(row[at.rms])],
  ["seconds", (row) => (row[at.seconds] === null ? "" : row[at.seconds].toFixed(2))],
];

// The table: only the rows in sight are elements

function draw() {
  height = parseFloat(getComputedStyle(box).getPropertyValue("--row"));
  space.style.height = `${shown.length * height}px`;
  const first = Math.max(0, Math.floor(box.scrollTop / height) - SPARE);
  const last = Math.min(shown.length, Math.ceil((box.scrollTop + box.clientHeight) / height) + SPARE);
  const fragment = document.createDocumentFragment();
  for (let place = first; place < last; place++) fragment.append(element(place));
  space.replaceChildren(fragment);
  grid.setAttribute("aria-rowcount", shown.length + 1);
  if (active >= first && active < last) grid.setAttribute("aria-activedescendant", `row-${active}`);
  else grid.removeAttribute("aria-activedescendant");
}

function element(place) {
  const row = rows[shown[place]];
  const line = document.createElement("div");
  line.className = "row";
  line.id = `row-${place}`;
  line.dataset.place = place;
  line.style.top = `${place * height}px`;
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
  const top = active * height;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + height > box.scrollTop + box.clientHeight) box.scrollTop = top + height - box.clientHeight;
  draw();
  tell(shown[active]);
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
    const numbers = ["largest", "rms", "seconds"].includes(name);
    sorted = { name, down: sorted.name === name ? !sorted.down : numbers };
    for (const other of document.querySelectorAll("[data-sort]")) other.setAttribute("aria-sort", "none");
    header.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
    arrange();
    active = -1;
    box.scrollTop = 0;
    draw();
  });
}

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
  const page = Math.max(1, Math.floor(box.clientHeight / height) - 1);
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
  ["encoding by info", "encoding"], ["bits by info", "bits"], ["frames by info", "info_frames"], ["error", "error"], ["warning", "warning"],
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
    if (old ?? next ?? null) facts.append(make("dt", title), make("dd", old ?? ""), make("dd", next ?? ""));
  }
  detail.replaceChildren(make("h2", row[at.path]), make("p", `${kinds[row[at.kind]].title}. ${row[at.note] ?? ""}`), facts);
  if (!drawing) {
    if (kinds[row[at.kind]].group === "differences") detail.append(make("p", "Not drawn: the page draws the worst files; --draw chooses how many.", "dim"));
    return;
  }
  if (drawing.error) { detail.append(make("p", `Not drawn: ${drawing.error}`, "dim")); return; }
  strip(`${sides[0]}, full height ${number(drawing.peak)}`, drawing.old, "--old", drawing);
  strip(`${sides[1]}, full height ${number(drawing.peak)}`, drawing.new, "--new", drawing);
  if (drawing.apart) strip(`difference at the same places, full height ${number(drawing.apart_peak)}`, drawing.apart, "--apart", drawing);
  if (drawing.left) strip(`difference once shift and factor are undone, full height ${number(drawing.left_peak)}`, drawing.left, "--apart", drawing);
  player(sides[0], drawing.old_sound, drawing, "old");
  player(sides[1], drawing.new_sound, drawing, "new");
  repaint();
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
