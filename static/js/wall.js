// The wall: scenes in turn, always true or visibly stale, for weeks without a hand on it.
// <body data-dwell=30> <section data-scene> … live.js keeps each scene's piece up to date.
import { startCountdown } from "./countdown.js";
import { $, $$ } from "./dom.js";
import { startLive } from "./live.js";
import { startRequests } from "./requests.js";
import { clock, duration } from "./words.js";

const SHIFT_EVERY = 180; // seconds; the picture moves by a few pixels so that no edge burns in
const OLD = 15;
const RELOAD_HOUR = 3; // and a half, spread over ten minutes so that a hundred walls do not come at once
const ENGLISH = document.documentElement.lang === "en";

startRequests();
const live = startLive();
const now = live?.now ?? (() => new Date());
startCountdown(now);

const scenes = $$("[data-scene]");
const dwell = Number(document.body.dataset.dwell ?? 30);
let current = 0;
let since = performance.now();
let confirmed = null; // until when the figures shown are known to be true
let shifts = 0;

function usable(scene) {
  return !$(".is-stale, [data-empty]", scene);
}

/** A scene that takes over: an incident that is shown, a raised level. */
function interrupting() {
  return scenes.findIndex((scene) => $("[data-interrupt]", scene));
}

/** The next scene; one whose figures are stale is skipped while another is not. */
function next() {
  const order = scenes.map((_, i) => (current + 1 + i) % scenes.length);
  show(order.find((i) => usable(scenes[i])) ?? order[0]);
}

function show(index) {
  scenes.forEach((scene, i) => { scene.hidden = i !== index; });
  current = index;
  since = performance.now();
  $("[data-scene-number]").textContent = index + 1;
  sayTitle();
}

function sayTitle() {
  $("[data-scene-title]").textContent = $("[data-title]", scenes[current])?.dataset.title ?? "";
}

const dates = new Intl.DateTimeFormat(ENGLISH ? "en-GB" : "vi-VN", {
  weekday: "long", day: "2-digit", month: "2-digit", year: "numeric", timeZone: document.documentElement.dataset.zone,
});

function sayAge() {
  $("[data-wall-clock]").textContent = `${dates.format(now())} · ${clock(now(), false)}`;
  const age = $("[data-age]");
  if (!confirmed || Number.isNaN(confirmed.getTime())) return;
  const seconds = Math.max(0, (now() - confirmed) / 1000);
  const told = { time: clock(confirmed), ago: duration(seconds) };
  age.textContent = ENGLISH ? `Figures true until ${told.time} (${told.ago} ago)`
    : `Số liệu đúng đến ${told.time} (${told.ago} trước)`;
  age.classList.toggle("old", seconds > OLD);
}

function tick() {
  const seconds = (performance.now() - since) / 1000;
  $("[data-dwell-bar]").style.transform = `scaleX(${Math.min(1, seconds / dwell)})`;
  const urgent = interrupting();
  if (urgent >= 0) { if (urgent !== current) show(urgent); } else if (seconds >= dwell) next();
  sayAge();
}

/** Reload only when the site answers; otherwise the last good picture stays. */
async function reload() {
  try {
    if ((await fetch("/healthz", { cache: "no-store" })).ok) location.reload();
  } catch {
    // The site is away: try again at the next occasion.
  }
}

function nightly() {
  const wait = new Date(now());
  wait.setHours(RELOAD_HOUR, 30 + Math.random() * 10, 0, 0);
  if (wait <= now()) wait.setDate(wait.getDate() + 1);
  setTimeout(async () => { await reload(); nightly(); }, wait - now());
}

document.addEventListener("htmx:afterSwap", sayTitle);
document.addEventListener("live:heartbeat", ({ detail }) => {
  confirmed = new Date(new Date(detail.now).getTime() - Math.max(0, detail.behind) * 1000);
  const mine = $("meta[name=build]")?.content;
  if (detail.build && mine && detail.build !== mine) reload();
});
// A revoked screen shows nothing any more: the page asked for again says so.
document.addEventListener("live:state", ({ detail }) => { if (detail.link === "refused") reload(); });
document.addEventListener("keydown", ({ key }) => {
  if (key === "ArrowRight") next();
  if (key === "ArrowLeft") show((current + scenes.length - 1) % scenes.length);
});
addEventListener("error", () => setTimeout(reload, 10_000));
show(0);
setInterval(tick, 1000);
setInterval(() => {
  shifts += 1;
  $(".wall-main").style.translate = `${[0, 4, 0, -4][shifts % 4]}px ${[0, 0, 4, 0][shifts % 4]}px`;
}, SHIFT_EVERY * 1000);
nightly();
