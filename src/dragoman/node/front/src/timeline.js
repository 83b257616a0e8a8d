// A timeline as a strip above its list: a lane a kind, a mark a moment; what is pointed at lights up in both.

import { scale } from "./main.js";

const SPACE = "http://www.w3.org/2000/svg";
const LANES = { life: "Life", listing: "Listings", document: "Documents", judgement: "Judgements" };
const [LEFT, RIGHT, LANE, TOP] = [92, 18, 24, 6];

// A date of the EDTF subset (1971-03-14, 1957~, 1955/1960) as years: where it begins and ends.
function years(date) {
  const bounds = date.split("/").map((part) => {
    const [year, month, day] = part.replace("~", "").split("-").map(Number);
    const begin = year + (month ? (month - 1) / 12 : 0) + (day ? (day - 1) / 365 : 0);
    return [begin, begin + (day ? 1 / 365 : month ? 1 / 12 : 1)];
  });
  return [bounds[0][0], bounds.at(-1)[1]];
}

function drawn(name, attributes, parent) {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function step(span) {
  return [1, 2, 5, 10, 20, 25, 50, 100].find((each) => span / each <= 8) ?? 200;
}

function light(element, index, on) {
  for (const each of element.querySelectorAll(`[data-at="${index}"]`)) each.classList.toggle("lit", on);
}

export function start(element) {
  const list = element.querySelector("ol");
  const moments = [...list.children].map((item, index) => {
    item.dataset.at = index;
    return { index, kind: item.dataset.kind, bounds: years(item.dataset.date) };
  }).filter((moment) => moment.bounds.every(Number.isFinite));
  if (moments.length < 2) return;
  const lanes = Object.keys(LANES).filter((kind) => moments.some((moment) => moment.kind === kind));
  const first = Math.floor(Math.min(...moments.map((moment) => moment.bounds[0])));
  const last = Math.max(first + 1, Math.ceil(Math.max(...moments.map((moment) => moment.bounds[1]))));
  // As wide as its place, so that its words are as large as those around it.
  const width = Math.max(320, Math.min(900, (element.clientWidth || 640) / scale()));
  const x = (year) => LEFT + ((year - first) / (last - first)) * (width - LEFT - RIGHT);
  const bottom = TOP + lanes.length * LANE;
  const svg = drawn("svg", { viewBox: `0 0 ${width} ${bottom + 20}`, class: "strip", "aria-hidden": "true" }, element);
  const by = step(last - first);
  for (let year = Math.ceil(first / by) * by; year <= last; year += by) {
    drawn("line", { x1: x(year), x2: x(year), y1: TOP, y2: bottom }, svg);
    drawn("text", { x: x(year), y: bottom + 14, "text-anchor": "middle" }, svg).textContent = year;
  }
  lanes.forEach((kind, lane) => {
    const y = TOP + lane * LANE + LANE / 2;
    drawn("text", { x: 0, y: y + 4, class: "lane" }, svg).textContent = LANES[kind];
    drawn("line", { x1: LEFT, x2: width - RIGHT, y1: y, y2: y }, svg);
    for (const moment of moments.filter((each) => each.kind === kind)) {
      const [from, to] = moment.bounds.map(x);
      // What is known only to a year or a range is a bar as long as that.
      const mark = to - from > 9
        ? drawn("rect", { x: from, y: y - 5, width: to - from, height: 10, rx: 5, class: `${kind} about` }, svg)
        : drawn("circle", { cx: (from + to) / 2, cy: y, r: 5, class: kind }, svg);
      mark.dataset.at = moment.index;
      drawn("title", {}, mark).textContent = list.children[moment.index].textContent.replace(/\s+/g, " ").trim();
    }
  });
  element.prepend(svg);
  list.dataset.drawn = "yes";
  for (const [kind, on] of [["mouseover", true], ["mouseout", false]]) {
    element.addEventListener(kind, (event) => {
      const at = event.target.closest("[data-at]")?.dataset.at;
      if (at !== undefined) light(element, at, on);
    });
  }
  svg.addEventListener("click", (event) => {
    const at = event.target.closest("[data-at]")?.dataset.at;
    if (at !== undefined) list.children[at].scrollIntoView({ block: "nearest" });
  });
}
