// Live pages: the socket says what changed, the ordinary page is asked again, and the screen always says whether what
// it shows is true. <body data-live-topics data-live-url [data-live-poll=15] [data-live-apply=always]>
import { $, $$, announce, setIcon } from "./dom.js";
import { createRegions } from "./regions.js";
import { openSocket } from "./socket.js";
import { toast } from "./toasts.js";
import { clock, duration, say } from "./words.js";

const SPREAD = 0.3; // seconds within which screens re-ask
const SPREAD_RETURN = 5;
const DOWN = 5; // a socket away for so long, or silent for SLOW, is replaced by polling
const SLOW = 25;
const LOST = 60;
const LATE = 15; // lag of the figures behind the events
const STALE = 60;
const SHAPES = {
  ok: "plug-connected", slow: "alert-triangle", lost: "filled-alert-octagon", wait: "plug-connected",
  paused: "player-pause", refused: "lock",
};

/** ok, slow, lost or wait: by the seconds since the last heartbeat and since anything was heard at all. */
function linkState({ beat, contact, refused }) {
  if (refused) return "refused";
  if (beat <= SLOW) return "ok";
  if (contact > LOST) return "lost";
  return beat === Infinity && contact <= SLOW ? "wait" : "slow";
}

export function startLive() {
  const { liveTopics, liveUrl, livePoll = "15", liveApply } = document.body.dataset;
  if (!liveTopics) return null;
  const seconds = () => performance.now() / 1000;
  const started = seconds();
  let offset = 0, beat = -Infinity, contact = started, down = started, lag = 0, polled = started;
  let open = false, opened = started, connections = 0, fresh = false, refused = false, state = "wait", offered = false;
  let paused = sessionStorage.getItem("live-paused") === "yes";

  const now = () => new Date(Date.now() + offset);
  const regions = createRegions({ always: liveApply === "always", held: () => paused, waitingChanged: showWaiting });

  function heard(message) {
    contact = seconds();
    if (message.t === "hint") {
      regions.learn({ [message.topic]: message.v });
      return regions.follow(SPREAD);
    }
    beat = contact;
    offset = new Date(message.now) - Date.now();
    lag = message.lag ?? 0;
    regions.learn(message.versions);
    regions.heal(fresh && connections > 1 ? SPREAD_RETURN : SPREAD);
    fresh = false;
    offerReload(message.build);
    document.dispatchEvent(new CustomEvent("live:heartbeat", { detail: message }));
    show();
  }

  function offerReload(build) {
    const mine = $("meta[name=build]")?.content;
    if (offered || !build || !mine || build === mine) return;
    offered = true;
    toast(say("build"), "info", { label: say("reload"), run: () => location.reload() });
  }

  openSocket({
    url: liveUrl, topics: liveTopics, heard,
    opened: () => { open = fresh = true; connections += 1; opened = seconds(); },
    closed: () => { if (open) down = seconds(); open = false; },
    refused: () => { refused = true; open = false; show(); },
  });

  const polling = (t) => !refused && (open ? t - Math.max(beat, opened) > SLOW : t - down > DOWN);

  function tick() {
    const t = seconds();
    if (polling(t) && !document.hidden && t - polled > Number(livePoll)) {
      polled = t;
      regions.refresh(1);
    }
    $$("[data-clock]").forEach((time) => { time.textContent = clock(now()); });
    show();
  }

  function show() {
    const t = seconds();
    const link = linkState({ beat: t - beat, contact: t - contact, refused });
    const stale = link === "lost" || link === "refused" || lag > STALE;
    regions.all().forEach((region) => {
      if (stale) region.classList.add("is-stale");
      else if (state === "stale") region.classList.remove("is-stale");
    });
    const words = sentence(link);
    showState(link === "ok" && (lag > LATE || paused) ? (paused ? "paused" : "slow") : link, words);
    showBar(link, words, t);
    if (link !== document.documentElement.dataset.link) {
      if (document.documentElement.dataset.link && link === "ok") announce(say("back"));
      else if (link === "slow") announce(words);
      document.documentElement.dataset.link = link;
      document.dispatchEvent(new CustomEvent("live:state", { detail: { link } }));
    }
    state = stale ? "stale" : link;
  }

  function sentence(link) {
    if (link === "slow" && polling(seconds())) return say("polling", { n: livePoll });
    if (link === "ok" && lag > LATE) return say("lag", { time: duration(lag) });
    if (link === "ok" && paused) return say("paused");
    return say(link);
  }

  function showBar(link, words, t) {
    const bar = $("[data-link-bar]");
    if (!bar) return;
    const since = clock(new Date(now() - (t - contact) * 1000), false);
    const text = link === "lost" ? say("lostBar", { time: since })
      : link === "refused" ? say("refusedBar") : lag > STALE ? words : "";
    bar.classList.toggle("slow", link === "ok");
    if (bar.textContent !== text) bar.textContent = text;
    bar.hidden = !text;
  }

  document.addEventListener("live:answer", ({ detail }) => {
    if (detail.successful) contact = seconds();
    show();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) open ? regions.heal(SPREAD) : regions.refresh(SPREAD);
  });
  document.addEventListener("focusout", () => setTimeout(regions.retry, 400));
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-updates-apply]")) regions.apply();
    if (target.closest("[data-pause]")) {
      paused = !paused;
      sessionStorage.setItem("live-paused", paused ? "yes" : "no");
      showPaused(paused);
      if (!paused) regions.apply();
      show();
    }
  });
  showPaused(paused);
  setInterval(tick, 1000);
  tick();
  return { now, regions };
}

function showState(state, words) {
  const holder = $("[data-link-state]");
  if (!holder || (holder.dataset.state === state && $("[data-link-word]", holder).textContent === words)) return;
  holder.dataset.state = state;
  $("[data-link-word]", holder).textContent = words;
  setIcon(holder, SHAPES[state]);
}

function showPaused(paused) {
  $$("[data-pause]").forEach((button) => {
    const label = say(paused ? "resume" : "pause");
    button.setAttribute("aria-pressed", String(paused));
    button.setAttribute("aria-label", label);
    button.title = label;
    setIcon(button, paused ? "player-play" : "player-pause");
  });
}

function showWaiting(count) {
  const bar = $("[data-updates]");
  if (!bar) return;
  $("[data-updates-text]", bar).textContent = count === 1 ? say("changes1") : say("changes", { n: count });
  if (bar.hidden && count) announce($("[data-updates-text]", bar).textContent);
  bar.hidden = !count;
}
