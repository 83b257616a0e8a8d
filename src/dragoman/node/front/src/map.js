// The countries that a subject has to do with, on a map of the world.

import { geoNaturalEarth1, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import countries from "i18n-iso-countries/codes.json";

const SPACE = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [640, 330];

export async function start(element) {
  const numbers = new Map(countries.map(([two, , number]) => [two.toLowerCase(), number]));
  const wanted = new Set(element.dataset.places.trim().split(/\s+/).map((code) => numbers.get(code)));
  const outlines = await (await fetch(element.dataset.outlines)).json();
  const world = feature(outlines, outlines.objects.countries);
  const draw = geoPath(geoNaturalEarth1().fitSize([WIDTH, HEIGHT], { type: "Sphere" }));
  const svg = document.createElementNS(SPACE, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("aria-hidden", "true");
  for (const country of world.features) {
    const path = document.createElementNS(SPACE, "path");
    path.setAttribute("d", draw(country) ?? "");
    if (wanted.has(country.id)) path.setAttribute("class", "named");
    svg.append(path);
  }
  element.replaceChildren(svg);
}
