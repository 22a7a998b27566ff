// The regions of a page that follow topics:
// <section data-topic="city unit:42" data-version="17 4" hx-get=… hx-trigger="live">.
// A region is asked again when a topic has a version other than the one last asked for, and never under a person's
// hands.
import { $$, isField } from "./dom.js";
import { showPiece } from "./requests.js";

const LATE = 10; // seconds that an answer may take before what is shown counts as old

export function createRegions({ always, held, waitingChanged }) {
  const known = {}; // topic → the version that the server last told
  const asked = new WeakMap(); // region → {topic: version last asked for}
  const timers = new Map();
  const flying = new Set();
  const waiting = new Set();
  const failed = new WeakSet(); // its last answer was none
  const lateSince = new WeakMap(); // region → since when its topic is known to have another version
  const askedForDay = new WeakMap();

  const all = () => $$("[data-topic]");
  const topicsOf = (region) => region.dataset.topic.split(/\s+/).filter(Boolean);
  const shown = (region) => {
    const versions = (region.dataset.version ?? "").split(/\s+/).filter(Boolean).map(Number);
    return Object.fromEntries(topicsOf(region).map((topic, i) => [topic, versions[i]]));
  };
  const differs = (region, versions) =>
    topicsOf(region).some((topic) => topic in known && known[topic] !== versions[topic]);

  function learn(versions) {
    Object.assign(known, versions);
  }

  /** After a hint: what was already asked for is not asked twice. */
  function follow(spread) {
    for (const region of all()) if (differs(region, asked.get(region) ?? shown(region))) schedule(region, spread);
  }

  /** After a heartbeat: what a region *shows* counts, so a lost hint or a late answer heals. */
  function heal(spread) {
    for (const region of all()) if (!flying.has(region) && differs(region, shown(region))) schedule(region, spread);
  }

  /** Hatches what may not be true: everything when nothing proves it, else a region whose question failed or is still
   * open after LATE seconds, and one of another day, which is asked for anew. What waits for a person says so. */
  function mark(stale, t, today) {
    for (const region of all()) {
      if (!differs(region, shown(region)) || waiting.has(region)) lateSince.delete(region);
      else if (!lateSince.has(region)) lateSince.set(region, t);
      const ended = Boolean(region.dataset.day) && region.dataset.day !== today;
      if (ended && t - (askedForDay.get(region) ?? -LATE) > 5) {
        askedForDay.set(region, t);
        schedule(region, 1, true);
      }
      const late = t - (lateSince.get(region) ?? t) > LATE;
      region.classList.toggle("is-stale", stale || ended || late || failed.has(region));
    }
  }

  /** A piece came with the news: the region at its address shows it unless it shows something newer; others ask. */
  function take({ topic, v, at, html }, spread) {
    learn({ [topic]: v });
    for (const region of all()) {
      const old = region.getAttribute("hx-get") === at && !(shown(region)[topic] >= v);
      if (!old || document.hidden || flying.has(region) || !mayChange(region)) continue;
      failed.delete(region);
      showPiece(region, html);
    }
    tell();
    follow(spread);
    document.dispatchEvent(new CustomEvent("live:answer", { detail: { successful: true } }));
  }

  /** The addresses whose pieces the socket brings. */
  const pushed = () => $$("[data-topic][data-pushed]").map((region) => region.getAttribute("hx-get"));

  function schedule(region, spread, whatever = false) {
    if (timers.has(region)) return;
    timers.set(region, setTimeout(() => {
      timers.delete(region);
      if (whatever || differs(region, shown(region))) ask(region);
    }, Math.random() * spread * 1000));
  }

  function ask(region, forced = false) {
    if (!region.isConnected || document.hidden || flying.has(region)) return;
    if (!forced && !mayChange(region)) return tell();
    waiting.delete(region);
    asked.set(region, { ...shown(region), ...pick(known, topicsOf(region)) });
    flying.add(region);
    htmx.trigger(region, "live");
    tell();
  }

  /** Whether nobody works in the region; else it waits. */
  function mayChange(region) {
    const free = always || !(held() || region.dataset.apply === "ask" || busy(region));
    waiting[free ? "delete" : "add"](region);
    return free;
  }

  function apply() {
    for (const region of [...waiting]) ask(region, true);
    waiting.clear();
    tell();
  }

  /** How many changes wait: the versions that the waiting regions are behind, each topic once. */
  function tell() {
    const behind = {};
    for (const region of waiting) {
      if (!region.isConnected) waiting.delete(region);
      else for (const [topic, version] of Object.entries(shown(region))) {
        if (topic in known) behind[topic] = Math.max(behind[topic] ?? 0, known[topic] - (version ?? known[topic] - 1));
      }
    }
    const count = Object.values(behind).reduce((sum, n) => sum + n, 0);
    waitingChanged(waiting.size ? Math.max(1, count) : 0);
  }

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const region = detail.requestConfig?.elt;
    if (!flying.delete(region)) return;
    if (detail.successful) failed.delete(region);
    else {
      failed.add(region);
      asked.delete(region); // the next heartbeat asks again
    }
    document.dispatchEvent(new CustomEvent("live:answer", { detail: { successful: detail.successful } }));
  });

  const retry = () => [...waiting].forEach((region) => ask(region));

  return { learn, follow, heal, take, pushed, mark, apply, retry, all };
}

/** Writing, an open menu or dialog, chosen rows, a changed form, marked text: nothing moves. */
export function busy(region) {
  if (region.contains(document.activeElement) && isField(document.activeElement)) return true;
  if (region.querySelector("details.menu[open], dialog[open], :popover-open, [aria-expanded=true][role=combobox]"))
    return true;
  if (region.querySelector("[data-select]:checked, form[data-dirty]")) return true;
  const marked = getSelection();
  return Boolean(marked && !marked.isCollapsed && region.contains(marked.anchorNode));
}

const pick = (all, names) => Object.fromEntries(names.filter((name) => name in all).map((name) => [name, all[name]]));
