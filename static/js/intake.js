// The operator's console: everything by keyboard, nothing lost. The server decides; this only asks it while one types.
import { startComboboxes } from "./combobox.js";
import { $, $$, on } from "./dom.js";
import { createDraft } from "./intake/draft.js";
import { startLikely } from "./intake/likely.js";

const QUIET = 400; // ms without typing before the server is asked
const BY_CATEGORY = { urgency: "urgency", is_public: "public", needs_several: "several" };
const form = () => $("#intake");
const field = (name) => form().elements[name];
const byHand = new Set(); // choices the operator made; the others follow the category
const draft = createDraft(form, $("#console").dataset.draftUrl);
let asking = 0;

startComboboxes(toSuggestions);
const toLikelyAndBack = startLikely(form);

// --- What the server is asked while one types

function ask() {
  clearTimeout(asking);
  asking = setTimeout(() => htmx.trigger("#assist", "assist"), QUIET);
}

document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id !== "assist") return;
  for (const name of Object.keys(BY_CATEGORY)) if (!byHand.has(name)) detail.formData.delete(name);
  if (!byHand.has("area")) detail.formData.delete("area");
  if (!field("lat").value) detail.formData.set("area", field("area").value);
});

document.addEventListener("htmx:oobAfterSwap", ({ detail: { target } }) => {
  if (target.id === "place-note") follow($("#place-note"));
  if (target.id === "routing") defaults($("#routing"));
});

function follow(note) {
  if (note.dataset.area && !byHand.has("area")) field("area").value = note.dataset.area;
  const near = "nearBorder" in note.dataset;
  $("#border").hidden = !near && !$("#border .error");
  if (!near) field("border_ok").checked = false;
}

function defaults(routing) {
  for (const [name, from] of Object.entries(BY_CATEGORY)) {
    if (byHand.has(name) || !routing.dataset[from]) continue;
    $$(`input[name=${name}]`, form()).forEach((radio) => { radio.checked = radio.value === routing.dataset[from]; });
  }
}

// Help that does not come is no news while one types; a save that fails is.
for (const failure of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    if (event.detail.elt !== form()) event.stopImmediatePropagation();
  }, true);
}

// --- Category: the list becomes a field that understands words without diacritics

function upgrade() {
  const select = field("category");
  $("#category-box").hidden = false;
  select.classList.add("is-upgraded");
  $("label[for=id_category]")?.setAttribute("for", "category-words");
  $("#category-words").setAttribute("aria-invalid", String(Boolean(select.closest(".has-error"))));
  showCategory();
  $("#keep-draft").hidden = false;
  count();
}

function showCategory() {
  const chosen = field("category").selectedOptions[0];
  $("#category-words").value = chosen?.value ? chosen.textContent : "";
}

function setCategory(value) {
  field("category").value = value;
  showCategory();
  $("#suggestions").replaceChildren();
  checkCategory();
  changed();
}

on("click", "[data-category]", (_, chip) => {
  $($("#category-box").dataset.next).focus();
  setCategory(chip.dataset.category);
});
document.addEventListener("combobox:choose", ({ target, detail }) => {
  if (target.id === "category-box") return setCategory(detail.value);
  byHand.delete("area");
  if (detail.area) field("area").value = detail.area;
  // The middle of a ward or district is no place: only streets and landmarks set the pin.
  const isPlace = ["street", "landmark"].includes(detail.kind), exact = isPlace && detail.lat;
  $("#no-point").hidden = !isPlace || Boolean(detail.lat);
  pin(exact ? detail.lat : "", exact ? detail.lon : "");
  const middle = detail.kind === "ward" && detail.lat ? [detail.lat, detail.lon] : detail.centre?.split(",");
  if (!exact && middle)
    $("#map").leaflet?.setView(middle.map(Number), detail.kind === "ward" ? 13 : 12, { animate: false });
  changed();
});
document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => { if (target.id === "intake") ready(); });

/** ↓ in the empty field of categories goes to what the words of the report suggest. */
function toSuggestions(input) {
  const chip = input.id === "category-words" && !input.value ? $("#suggestions .chip") : null;
  chip?.focus();
  return Boolean(chip);
}

/** Words alone are no category. */
function checkCategory() {
  $("#category-note").hidden = Boolean(field("category").value) || !$("#category-words").value.trim();
}

// --- Place

function pin(lat, lon) {
  field("lat").value = lat;
  field("lon").value = lon;
  field("lon").dispatchEvent(new Event("change"));
}
document.addEventListener("map:pin", () => {
  byHand.delete("area");
  $("#no-point").hidden = true;
  changed();
});
on("click", "[data-to-map]", () => $("#map").focus());
document.addEventListener("map:accept", () => field("area").focus());

// --- Typing

function changed() {
  begun();
  ask();
  draft.changed();
}

/** The next call has begun: what was read to the caller before is covered, and a page loaded anew knows it too. */
function begun() {
  const receipt = $("#receipt");
  if (!receipt) return;
  if (!receipt.classList.contains("is-past")) history.replaceState(null, "", receipt.dataset.past);
  const hand = document.activeElement, top = hand.getBoundingClientRect().top;
  receipt.classList.add("is-past");
  uncover(receipt, false);
  scrollBy(0, hand.getBoundingClientRect().top - top);
}

function uncover(receipt, open) {
  const button = $("[data-uncover]", receipt);
  receipt.classList.toggle("is-open", open);
  button.setAttribute("aria-expanded", String(open));
  button.textContent = open ? button.dataset.cover : button.dataset.uncover;
}
on("click", "[data-uncover]", (_, button) => {
  uncover(button.closest("#receipt"), button.getAttribute("aria-expanded") !== "true");
});

function count() {
  const length = field("body").value.length;
  $("#body-count").textContent = length ? `${length.toLocaleString("vi-VN")} / 10.000` : "";
  $("#body-count").classList.toggle("danger-text", length > 10000);
}

document.addEventListener("input", ({ target }) => {
  if (target.form !== form()) return;
  if (target.id === "category-words") { field("category").value = ""; begun(); return; }
  if (target.name === "address") $("#no-point").hidden = true;
  if (target.name === "body") count();
  changed();
});
document.addEventListener("change", ({ target, isTrusted }) => {
  if (target.form !== form() || !isTrusted) return;
  if (target.name in BY_CATEGORY || target.name === "area") byHand.add(target.name);
  changed();
});
document.addEventListener("focusout", ({ target }) => {
  if (target.form !== form()) return;
  if (target.id === "category-words") checkCategory();
  draft.save();
});
document.addEventListener("visibilitychange", () => { if (document.hidden) draft.save({ leaving: true }); });
addEventListener("online", () => draft.save());

// --- Sending: nothing is kept behind the back of what is being sent

document.addEventListener("htmx:beforeRequest", ({ detail }) => { if (detail.elt === form()) draft.pause(); });
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.elt !== form()) return;
  if (detail.xhr.status === 204) return draft.close();
  draft.open();
  draft.changed();
});
on("click", "#keep-draft", () => draft.save());

// --- Keys

const FIELD = "input:not([type=hidden]), select, textarea, button";

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.altKey || event.metaKey || $("dialog[open]")) return;
  const { key, ctrlKey, target } = event;
  if (ctrlKey && key === "Enter") form().requestSubmit($(".console-actions .primary"));
  else if (ctrlKey && !event.shiftKey && key.toLowerCase() === "s") draft.save();
  else if (ctrlKey) return;
  else if (key === "F2") { field("phone").focus(); field("phone").select(); }
  else if (key === "F8") toLikelyAndBack();
  else if (key === "F9") $("#map").focus();
  else if (key === "ArrowDown" && target.matches(".suggestions .chip")) beside(target, 1);
  else if (key === "ArrowUp" && target.matches(".suggestions .chip")) beside(target, -1);
  else if (key === "Enter" && target.form === form() && target.matches("input, select")) next(target);
  else return;
  event.preventDefault();
});

function beside(chip, step) {
  const chips = $$("#suggestions .chip");
  (chips[chips.indexOf(chip) + step] ?? $("#category-words")).focus();
}

/** On to the next field; a group of radio buttons counts as one. */
function next(from) {
  const fields = $$(FIELD, form()).filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0);
  const rest = fields.slice(fields.indexOf(from) + 1).filter((one) => one.type !== "radio" || one.name !== from.name);
  const found = rest[0]?.type === "radio" ? $(`input[name=${rest[0].name}]:checked`, form()) ?? rest[0] : rest[0];
  found?.focus();
}

// --- Beginning, and again after the form came back with its errors

function ready() {
  upgrade();
  const wrong = $(".has-error :is(input:not([type=hidden], [hidden]), textarea, select)", form());
  if (wrong) (
    wrong.closest(".combobox") ? wrong
      : $$(":is(input, textarea, select)", wrong.closest(".has-error")).find((one) => one.checkVisibility()) ?? wrong
  ).focus();
  ask();
}

for (const name of [...Object.keys(BY_CATEGORY)]) if ($(`input[name=${name}]:checked`, form())) byHand.add(name);
if (field("area").value) byHand.add("area");
if (draft.restore()) field("lon").dispatchEvent(new Event("change"));
ready();
