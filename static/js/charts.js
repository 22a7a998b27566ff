// A chart as a file of its own, and a page on paper.
import { $, $$, on } from "./dom.js";

const STYLED = [
  "fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap",
  "vector-effect", "opacity", "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline",
];
const SVG = "http://www.w3.org/2000/svg";
const ROOM = { side: 24, above: 52, below: 44 }; // for the title and the line that says where it is from

export function startCharts() {
  on("click", "[data-svg]", (_, button) => save(button.closest(".figure-box, .card")));
  on("click", "[data-print]", () => window.print());
  addEventListener("beforeprint", () => { $("[data-printed]").textContent = moment(); });
}

function save(holder) {
  const link = document.createElement("a");
  const title = titleOf(holder);
  link.href = URL.createObjectURL(new Blob([drawing(holder, title)], { type: "image/svg+xml" }));
  link.download = `${title.replace(/[/\\:*?"<>|]+/g, " ").trim()}.svg`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const titleOf = (holder) =>
  ($("figcaption, h2", holder) ?? $("h1")).textContent.trim() || $("svg.chart", holder).getAttribute("aria-label");

/** The chart of `holder` as an SVG document that needs no style sheet: in light colours, as paper has them. */
function drawing(holder, title) {
  const chart = $("svg.chart", holder);
  const box = chart.getBoundingClientRect();
  const frame = (chart.closest(".plot") ?? chart).getBoundingClientRect();
  const width = frame.width + 2 * ROOM.side;
  const height = box.height + ROOM.above + ROOM.below;
  const whole = element("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` });
  const inside = styled(chart);
  const left = ROOM.side + box.left - frame.left;
  const placed = { x: left, y: ROOM.above, width: box.width, height: box.height, overflow: "visible" };
  Object.entries(placed).forEach(([name, value]) => inside.setAttribute(name, value));
  const font = { "font-family": "Inter, Arial, sans-serif", x: ROOM.side };
  whole.append(
    element("title", {}, title),
    element("rect", { width: "100%", height: "100%", fill: "#fff" }),
    element("text", { ...font, y: 32, "font-size": 16, "font-weight": 600, fill: "#13202c" }, title),
    inside,
    element("text", { ...font, y: height - 14, "font-size": 11, fill: "#576778" }, source()),
  );
  return new XMLSerializer().serializeToString(whole);
}

/** A copy of `chart` in which every part carries its own looks. */
function styled(chart) {
  const copy = chart.cloneNode(true);
  const parts = [copy, ...$$("*", copy)];
  chart.style.colorScheme = "light";
  [chart, ...$$("*", chart)].forEach((original, k) => {
    const looks = getComputedStyle(original);
    STYLED.forEach((name) => parts[k].setAttribute(name, looks.getPropertyValue(name)));
    ["class", "href", "style"].forEach((name) => parts[k].removeAttribute(name));
  });
  chart.style.colorScheme = "";
  return copy;
}

function element(name, attributes, text = "") {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.textContent = text;
  return made;
}

const source = () => `${document.title} · ${moment()}`;

function moment() {
  const { lang, dataset } = document.documentElement;
  const form = { hour: "2-digit", minute: "2-digit", day: "2-digit", month: "2-digit", year: "numeric" };
  return new Intl.DateTimeFormat(lang, { ...form, timeZone: dataset.zone }).format(new Date());
}
