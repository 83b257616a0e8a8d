// The countries that a subject has to do with, on a map of the world, or of the part of it where they all lie.

import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import { scale as larger } from "./main.js";
import countries from "i18n-iso-countries/codes.json";

const SPACE = "http://www.w3.org/2000/svg";
const RATIO = 330 / 640;
// The closest the map comes: a country alone is shown among its neighbours.
const CLOSEST = 5;

function within(draw, features) {
  const bounds = features.map((each) => draw.bounds(each));
  return [
    [Math.min(...bounds.map((each) => each[0][0])), Math.min(...bounds.map((each) => each[0][1]))],
    [Math.max(...bounds.map((each) => each[1][0])), Math.max(...bounds.map((each) => each[1][1]))],
  ];
}

// The part of the map to show: the named countries, with as much around them.
function view(draw, features, wide, high) {
  if (!features.length) return [0, 0, wide, high];
  const [[left, top], [right, bottom]] = within(draw, features);
  const width = Math.min(wide, Math.max((right - left) * 1.8, ((bottom - top) * 1.8 * wide) / high, wide / CLOSEST));
  const height = (width * high) / wide;
  const x = Math.min(Math.max((left + right - width) / 2, 0), wide - width);
  const y = Math.min(Math.max((top + bottom - height) / 2, 0), high - height);
  return [x, y, width, height];
}

function drawn(name, attributes, parent) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

export async function start(element) {
  // As wide as its place, so that its words are as large as those around it.
  const wide = Math.max(300, Math.min(900, (element.clientWidth || 640) / larger()));
  const high = wide * RATIO;
  const numbers = new Map(countries.map(([two, , number]) => [two.toLowerCase(), number]));
  const wanted = new Set(element.dataset.places.trim().split(/\s+/).map((code) => numbers.get(code)));
  const outlines = await (await fetch(element.dataset.outlines)).json();
  const world = feature(outlines, outlines.objects.countries);
  const draw = geoPath(geoNaturalEarth1().fitSize([wide, high], { type: "Sphere" }));
  const named = world.features.filter((each) => wanted.has(each.id));
  const [x, y, width, height] = view(draw, named, wide, high);
  const scale = wide / width;
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", `0 0 ${wide} ${high}`);
  svg.setAttribute("aria-hidden", "true");
  const land = drawn("g", { transform: `scale(${scale}) translate(${-x} ${-y})` }, svg);
  for (const country of world.features) {
    drawn("path", { d: draw(country) ?? "", class: wanted.has(country.id) ? "named" : "" , "stroke-width": 0.7 / scale }, land);
  }
  for (const country of named) {
    const [[left], [right]] = draw.bounds(country);
    const [cx, cy] = draw.centroid(country).map((each, axis) => (each - (axis ? y : x)) * scale);
    if ((right - left) * scale < 14) drawn("circle", { cx, cy, r: 5 }, svg);
    drawn("text", { x: cx, y: cy + ((right - left) * scale < 14 ? -10 : 4) }, svg).textContent = country.properties.name;
  }
  element.replaceChildren(svg);
}
