// The sheet of a clerk: keys of a spreadsheet, every cell saves itself, a paste is shown before it is written and can
// be taken back. What could not be sent stays in its cell and is tried again.
import { $, $$, announce, on } from "./dom.js";
import { toast } from "./toasts.js";

const RETRY = [1000, 2000, 5000, 10_000, 30_000];
const sheet = () => $("#sheet");
const rowOf = (input) => input.closest("[data-cell]");
const inputs = (row) => $$("input[data-part]", row);
const texts = (row) => Object.fromEntries(inputs(row).map((input) => [input.dataset.part, input.value.trim()]));
const changed = (row) => inputs(row).some((input) => input.value.trim() !== input.defaultValue.trim());
const filled = (row) => inputs(row).every((input) => input.value.trim());

// --- Keys: Enter and arrows go down and up the column of cells, as in a spreadsheet
document.addEventListener("keydown", (event) => {
  if (!event.target.matches?.("input[data-part]") || event.isComposing) return;
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const every = $$("input[data-part]", sheet());
  const next = every[every.indexOf(event.target) + step];
  (next ?? event.target).focus();
  (next ?? event.target).select();
  if (!next) leave(event.target);
});
document.addEventListener("focusout", ({ target }) => { if (target.matches?.("input[data-part]")) leave(target); });

/** A cell is saved when it is left whole; of two parts the second one completes it. */
function leave(input) {
  const row = rowOf(input);
  if (!changed(row) || input.readOnly) return;
  if (filled(row)) save([cellOf(row)]);
  else row.classList.add("is-unsaved");
}

const cellOf = (row, more = {}) =>
  ({ indicator: Number(row.dataset.cell), revision: Number(row.dataset.revision), texts: texts(row), ...more });
const rowFor = (cell) => $(`[data-cell="${cell.indicator}"]`);

// --- Saving: one request at a time, in the order in which cells were left
const queue = [];
let busy = false;
function save(cells, then) {
  for (const cell of cells) say(rowFor(cell), sheet().dataset.saving, "is-unsaved");
  queue.push({ cells, then, tries: 0 });
  work();
}

async function work() {
  if (busy || !queue.length) return;
  busy = true;
  const job = queue[0];
  const done = await send(job).catch(() => false);
  busy = false;
  if (done) queue.shift();
  else {
    job.cells.forEach((cell) => say(rowFor(cell), sheet().dataset.failed, "is-unsaved"));
    await new Promise((wait) => { setTimeout(wait, RETRY[Math.min(job.tries++, RETRY.length - 1)]); });
  }
  work();
}

/** Whether there is an answer that repeating does not change. */
async function send({ cells, then }) {
  const fresh = cells.map((cell) => ({ ...cell, revision: Number(rowFor(cell).dataset.revision) }));
  const answer = await fetch(sheet().dataset.save, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": $("meta[name=csrf-token]").content },
    body: JSON.stringify({ cells: fresh }),
  });
  if (answer.status >= 500 || answer.status === 429) return false;
  if (!answer.headers.get("Content-Type")?.includes("json")) { location.reload(); return true; }
  const told = await answer.json();
  if (answer.status === 422) cells.forEach((cell) => refuse(rowFor(cell), told.faults));
  (told.cells ?? []).forEach((cell) => {
    show(rowFor(cell), cell, answer.ok, cells.find((one) => one.indicator === cell.indicator).texts);
  });
  if (told.said) toast(told.said, "warning");
  if (told.left) $("[data-left]").textContent = told.left;
  if (answer.ok) then?.(told);
  return true;
}

/** What was typed since it was sent stays. */
function show(row, cell, saved, sent) {
  row.dataset.revision = cell.revision;
  row.classList.remove("is-wrong");
  for (const input of inputs(row)) {
    const text = cell.texts[input.dataset.part];
    if (input.value.trim() === sent[input.dataset.part]) input.value = text;
    input.defaultValue = text;
  }
  $("[data-result]", row).textContent = cell.result;
  $("[data-working]", row).textContent = cell.working;
  Object.assign($("[data-odd]", row), { textContent: cell.odd, hidden: !cell.odd });
  $("[data-fault]", row).hidden = true;
  say(row, cell.said, saved ? "is-saved" : "");
}

function refuse(row, faults) {
  const fault = $("[data-fault]", row);
  Object.assign(fault, { textContent: Object.values(faults).join(" "), hidden: false });
  row.classList.add("is-wrong");
  say(row, "", "is-unsaved");
  announce(fault.textContent);
}

function say(row, words, state) {
  row.classList.remove("is-saved", "is-unsaved");
  if (state) row.classList.add(state);
  $("[data-said]", row).textContent = words;
}

addEventListener("beforeunload", (event) => {
  if (queue.length || $$("[data-cell]").some((row) => changed(row) && filled(row))) event.preventDefault();
});

// --- A gap with its reason
on("click", "[data-gap]", (_event, button) => {
  const row = rowOf(button);
  const note = $("[data-note]", row);
  if (!note.value.trim()) { note.focus(); return; }
  inputs(row).forEach((input) => { input.value = ""; });
  save([cellOf(row, { flag: button.dataset.gap, note: note.value.trim() })]);
});

// --- Paste: shown first, then written in one go, taken back in one go
let pasted = [];
document.addEventListener("paste", (event) => {
  const start = event.target;
  if (!start.matches?.("input[data-part]") || start.readOnly) return;
  const lines = event.clipboardData.getData("text").replace(/\r/g, "").replace(/\n+$/, "").split("\n");
  const table = lines.map((line) => line.split("\t"));
  if (table.length === 1 && table[0].length === 1) return;
  event.preventDefault();
  plan(start, table);
});

/** One line of the paste per row of the sheet; its columns are the parts. */
function plan(start, table) {
  const rows = $$("[data-cell]", sheet());
  const first = rows.indexOf(rowOf(start));
  pasted = [];
  table.slice(0, rows.length - first).forEach((cells, line) => {
    const row = rows[first + line];
    const parts = inputs(row);
    const from = line === 0 ? parts.indexOf(start) : 0;
    const fresh = { ...texts(row) };
    cells.slice(0, parts.length - from).forEach((text, place) => {
      fresh[parts[from + place].dataset.part] = text.trim();
    });
    if (Object.values(fresh).every(Boolean)) pasted.push({ row, old: texts(row), fresh });
  });
  const body = $("[data-paste-rows]");
  body.replaceChildren(...pasted.map(({ row, old, fresh }) => {
    const line = document.createElement("tr");
    const shown = [$("[data-name]", row).textContent, ...[old, fresh].map((one) => Object.values(one).join(" / "))];
    shown.forEach((text) => { line.insertCell().textContent = text; });
    return line;
  }));
  if (pasted.length) $("#paste").showModal();
}

on("click", "[data-paste-apply]", () => {
  $("#paste").close();
  const before = pasted;
  write(before, "fresh", () => toast(sheet().dataset.pasted, "success", {
    label: sheet().dataset.undo, run: () => write(before, "old"),
  }));
});

function write(changes, which, then) {
  const cells = changes.map(({ row, ...both }) => {
    inputs(row).forEach((input) => { input.value = both[which][input.dataset.part]; });
    const empty = Object.values(both[which]).every((text) => !text);
    return cellOf(row, empty ? { flag: "withdrawn", note: sheet().dataset.undone } : {});
  });
  save(cells, then);
}
