// A map of the units, and a pin that is placed by click or by keyboard, never by dragging alone.
// <div class="map-box"
//   data-map='{"outlines":URL,"centre":[lat,lon],"zoom":11,"tiles":URL?,"near":[[lat,lon,name,url]…]?}'
//      [data-map-lat="#id_lat" data-map-lon="#id_lon"]> — Leaflet comes from django-leaflet, before this script.
import { announce } from "./dom.js";
import { say } from "./words.js";

const METRES_PER_DEGREE = 111320;
const STEP = 10, LEAP = 50; // metres
const MOVES = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The place `metres` away in a direction [north, east]. */
function moved([lat, lon], [north, east], metres) {
  const degrees = metres / METRES_PER_DEGREE;
  return [lat + north * degrees, lon + (east * degrees) / Math.cos((lat * Math.PI) / 180)];
}

function start(box) {
  const options = JSON.parse(box.dataset.map);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, {
    center: options.centre, zoom: options.zoom ?? 11, maxZoom: 19, zoomAnimation: !still, fadeAnimation: !still,
    attributionControl: false, zoomControl: false, // they speak English
  });
  L.control.zoom({ zoomInTitle: say("zoomIn"), zoomOutTitle: say("zoomOut") }).addTo(map);
  if (options.tiles) L.tileLayer(options.tiles, { maxZoom: 19, className: "map-tiles" }).addTo(map);
  if (options.outlines) outlines(map, options);
  for (const [lat, lon, name, url] of options.near ?? []) near(map, [lat, lon], name, url);
  const fields = [box.dataset.mapLat, box.dataset.mapLon]
    .map((selector) => selector && document.querySelector(selector));
  if (fields[0] && fields[1]) pin(box, map, fields);
  else if (options.pin) L.circleMarker(options.pin, { radius: 9, className: "map-pin", interactive: false }).addTo(map);
  if (options.pin) map.setView(options.pin, options.pinZoom ?? 16, { animate: false });
  new ResizeObserver(() => map.invalidateSize()).observe(box);
  box.leaflet = map;
}

async function outlines(map, { outlines: url, pin: place, fit }) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const layer = L.geoJSON(await answer.json(), {
      style: ({ properties }) => ({ className: `map-shape ${properties.tone ?? "plain"}`, weight: 1 }),
      interactive: !place,
      onEachFeature: ({ properties }, shape) => {
        if (properties.name) shape.bindTooltip(
          properties.value ? `${properties.name}: ${properties.value}` : properties.name, { sticky: true },
        );
        if (properties.url) shape.on("click", () => location.assign(properties.url));
      },
    }).addTo(map).bringToBack(); // outlines come late; the pin stays above them
    if (fit) map.fitBounds(layer.getBounds(), { animate: false });
  } catch {
    announce(say("mapFailed"));
  }
}

function near(map, place, name, url) {
  const dot = L.circleMarker(place, { radius: 7, className: "map-near" }).addTo(map);
  if (name) dot.bindTooltip(name);
  if (url) dot.on("click", () => location.assign(url));
}

function pin(box, map, [latField, lonField]) {
  const read = () => (latField.value && lonField.value
    ? [Number(latField.value.replace(",", ".")), Number(lonField.value.replace(",", "."))] : null);
  let marker = null;
  const show = (place, centre = false) => {
    marker ??= L.circleMarker(place, { radius: 10, className: "map-pin", interactive: false }).addTo(map);
    marker.setLatLng(place);
    if (centre || !map.getBounds().contains(place)) map.setView(place, Math.max(map.getZoom(), 16), { animate: false });
  };
  const write = (place) => {
    [latField.value, lonField.value] = place.map((degrees) => degrees.toFixed(6));
    for (const field of [latField, lonField]) field.dispatchEvent(new Event("input", { bubbles: true }));
    show(place);
    box.dispatchEvent(new CustomEvent("map:pin", { bubbles: true, detail: { lat: place[0], lon: place[1] } }));
  };
  map.keyboard.disable(); // the arrows move the pin
  box.tabIndex = 0;
  box.setAttribute("role", "application");
  box.setAttribute("aria-label", say("pin"));
  map.on("click", ({ latlng }) => write([latlng.lat, latlng.lng]));
  box.addEventListener("keydown", (event) => {
    const direction = MOVES[event.key];
    if (direction)
      write(moved(read() ?? [map.getCenter().lat, map.getCenter().lng], direction, event.shiftKey ? LEAP : STEP));
    else if (event.key === "Enter") accept(box, read);
    else return;
    event.preventDefault();
  });
  for (const field of [latField, lonField]) field.addEventListener("change", () => {
    const place = read();
    if (place?.every(Number.isFinite)) show(place, true);
  });
  const first = read();
  if (first) show(first, true);
}

function accept(box, read) {
  const place = read();
  if (!place) return;
  announce(say("pinned", { lat: place[0].toFixed(5), lon: place[1].toFixed(5) }));
  box.dispatchEvent(new CustomEvent("map:accept", { bubbles: true, detail: { lat: place[0], lon: place[1] } }));
}

const begin = (root) => root.querySelectorAll("[data-map]").forEach((box) => { if (!box.leaflet) start(box); });
begin(document);
document.addEventListener("htmx:load", ({ detail }) => begin(detail.elt.parentNode ?? document));
