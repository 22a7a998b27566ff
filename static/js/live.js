// Live pages: the socket says what changed, the ordinary page is asked again, and the screen always says whether what
// it shows is true.
// <body data-now data-live-topics data-live-url data-live-ask [data-live-poll=10] [data-live-apply=always]>
import { $, $$, announce, setIcon } from "./dom.js";
import { createRegions } from "./regions.js";
import { openSocket } from "./socket.js";
import { toast } from "./toasts.js";
import { clock, day, duration, say } from "./words.js";

const SPREAD = 0.3; // seconds within which screens re-ask
const SPREAD_RETURN = 5;
const DOWN = 5; // a socket away for so long, or without a heartbeat for HUSHED, is helped by asking for heartbeats
const HUSHED = 12;
const SILENT = 15; // without any heartbeat for so long nothing proves that the figures are still true
const STALE = 15; // seconds that figures may be behind
const REST = 3; // of them, how much later than its turn the background may look at what time alone changed
const JUMP = 2000; // ms; the machine slept, or its clock was set: what we counted since is not to be trusted
const SHAPES = {
  ok: "plug-connected", slow: "alert-triangle", lost: "filled-alert-octagon", wait: "plug-connected",
  paused: "player-pause", refused: "lock",
};

/** ok, slow (heartbeats only by asking), lost or wait: by the seconds since the last heartbeat and since the start. */
function linkState({ beat, age, asked, refused }) {
  if (refused) return "refused";
  if (beat <= SILENT) return asked ? "slow" : "ok";
  return beat === Infinity && age <= SILENT ? "wait" : "lost";
}

export function startLive() {
  const { liveTopics, liveUrl, liveAsk, livePoll = "10", liveApply, now: served } = document.body.dataset;
  if (!liveTopics) return null;
  const seconds = () => performance.now() / 1000;
  const started = seconds();
  // The server's clock, carried on by a counter: what the browser's own clock says is not asked.
  let told = served ? Date.parse(served) : Date.now(), toldAt = performance.now();
  let beat = -Infinity, byAsking = false, asking = false, asked = started, down = started, lag = 0, tickAge = 0;
  let open = false, opened = started, connections = 0, fresh = false, refused = false, offered = false;
  let date = Date.now(), count = performance.now();
  let paused = sessionStorage.getItem("live-paused") === "yes";

  const now = () => new Date(told + performance.now() - toldAt);
  const regions = createRegions({ always: liveApply === "always", held: () => paused, waitingChanged: showWaiting });

  function heard(message, wasAsked = false) {
    if (message.t === "piece") return regions.take(message, SPREAD);
    if (message.t === "hint") {
      regions.learn({ [message.topic]: message.v });
      return regions.follow(SPREAD);
    }
    beat = seconds();
    byAsking = wasAsked;
    told = Date.parse(message.now);
    toldAt = performance.now();
    lag = message.lag ?? 0;
    tickAge = message.tick === null ? Infinity : message.tick ?? 0;
    regions.learn(message.versions);
    regions.heal(fresh && connections > 1 ? SPREAD_RETURN : SPREAD);
    fresh = false;
    offerReload(message.build);
    document.dispatchEvent(new CustomEvent("live:heartbeat", { detail: { ...message, behind: behind() } }));
    show();
  }

  /** How many seconds the figures are behind: what waited at the last heartbeat may wait still. */
  function behind() {
    const since = seconds() - beat;
    return Math.max(lag && lag + since, tickAge + since - REST);
  }

  function offerReload(build) {
    const mine = $("meta[name=build]")?.content;
    if (offered || !build || !mine || build === mine) return;
    offered = true;
    toast(say("build"), "info", { label: say("reload"), run: () => location.reload() });
  }

  openSocket({
    url: liveUrl, topics: liveTopics, pieces: regions.pushed, heard,
    opened: () => { open = fresh = true; connections += 1; opened = seconds(); },
    closed: () => { if (open) down = seconds(); open = false; },
    refused: () => { refused = true; open = false; show(); },
  });

  const needsAsking = (t) => !refused && (open ? t - Math.max(beat, opened) > HUSHED : t - down > DOWN);

  /** The heartbeat over HTTP: where no socket gets through, or the one that is open says nothing. */
  async function askForBeat() {
    asking = true;
    try {
      const answer = await fetch(`${liveAsk}?topics=${encodeURIComponent(liveTopics)}`, {
        cache: "no-store", redirect: "error", signal: AbortSignal.timeout(8000),
      });
      if (answer.ok) heard(await answer.json(), true);
    } catch {
      // No heartbeat: the page says so when the last one is too old.
    } finally {
      asking = false;
    }
  }

  function tick() {
    const t = seconds();
    if (Math.abs(Date.now() - date - performance.now() + count) > JUMP) {
      beat = Math.min(beat, t - SILENT - 1);
      asked = -Infinity;
    }
    [date, count] = [Date.now(), performance.now()];
    if (needsAsking(t) && !document.hidden && !asking && t - asked > Number(livePoll)) {
      asked = t;
      askForBeat();
    }
    $$("[data-clock]").forEach((time) => { time.textContent = clock(now()); });
    show();
  }

  function show() {
    const t = seconds();
    const link = linkState({ beat: t - beat, age: t - started, asked: byAsking, refused });
    const late = beat > -Infinity ? behind() : 0;
    const stale = link === "lost" || link === "refused" || late > STALE;
    regions.mark(stale, t, day(now()));
    const words = sentence(link, late);
    showState(link === "ok" && (late > STALE || paused) ? (late > STALE ? "slow" : "paused") : link, words);
    showBar(link, late > STALE ? words : "", t);
    if (link !== document.documentElement.dataset.link) {
      if (document.documentElement.dataset.link && link === "ok") announce(say("back"));
      else if (link === "slow") announce(words);
      document.documentElement.dataset.link = link;
      document.dispatchEvent(new CustomEvent("live:state", { detail: { link } }));
    }
  }

  function sentence(link, late) {
    if (late > STALE && ["ok", "slow"].includes(link)) {
      return late === Infinity ? say("unproven") : say("lag", { time: duration(late) });
    }
    if (link === "slow") return say("polling", { n: livePoll });
    return link === "ok" && paused ? say("paused") : say(link);
  }

  function showBar(link, late, t) {
    const bar = $("[data-link-bar]");
    if (!bar) return;
    const since = clock(new Date(now() - (t - Math.max(beat, started)) * 1000), false);
    const text = link === "lost" ? say("lostBar", { time: since }) : link === "refused" ? say("refusedBar") : late;
    bar.classList.toggle("slow", link === "ok");
    if (bar.textContent !== text) bar.textContent = text;
    bar.hidden = !text;
  }

  document.addEventListener("live:answer", show);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    regions.heal(SPREAD);
    tick();
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
