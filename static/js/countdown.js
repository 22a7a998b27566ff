// A deadline counts on while the page lies open: <time data-due datetime> of the tag {% countdown %}.
import { $, $$, setIcon } from "./dom.js";
import { duration, say } from "./words.js";

const DAY = 86400;

export function startCountdown(now) {
  const tick = () => $$("time[data-due]").forEach((time) => {
    const left = (new Date(time.dateTime) - now()) / 1000;
    const tone = left < 0 ? "danger" : left <= DAY ? "warn" : "neutral";
    const words = say(left < 0 ? "over" : "left", { time: duration(left) });
    const label = $("span", time);
    if (label.textContent !== words) label.textContent = words;
    if (!time.classList.contains(tone)) {
      time.classList.remove("danger", "warn", "neutral");
      time.classList.add(tone);
      setIcon(time, { danger: "filled-alert-octagon", warn: "clock-exclamation", neutral: "clock" }[tone]);
    }
  });
  setInterval(tick, 15000);
}
