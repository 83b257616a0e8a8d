// A subject's relations as a graph: a tap expands a record, Backspace or the button takes the last expansion back.

import cytoscape from "cytoscape";
import { say, scale } from "./main.js";

const COLOURS = { Person: "--accent", Organization: "--ok", Company: "--ok", Vessel: "--info", Airplane: "--info", CryptoWallet: "--warn" };

function css(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// Cytoscape reads no oklch(); a canvas turns any colour into rgb.
function rgb(name) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d");
  context.fillStyle = css(name) || "#888";
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

// Where there is little room, names stand on several short lines, and what the list below says is left to it.
const NARROW = 500;
const narrow = (graph) => graph.width() < NARROW;

function style(slim) {
  const ink = rgb("--ink");
  const sheet = [
    { selector: "node", style: { label: "data(shown)", color: ink, "font-family": css("--font"), "font-size": 13, "text-wrap": "wrap", "text-max-width": slim ? 92 : 200, "line-height": 1.15, "text-valign": "bottom", "text-margin-y": 5, width: 22, height: 22, "background-color": rgb("--ink-3"), "border-width": 2, "border-color": rgb("--surface") } },
    { selector: "edge", style: { label: slim ? "" : "data(label)", "font-size": 11, color: rgb("--ink-3"), "text-background-color": rgb("--surface"), "text-background-opacity": 1, "text-background-padding": 2, width: 1.4, "line-color": rgb("--line-strong"), "target-arrow-color": rgb("--line-strong"), "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier" } },
    { selector: 'edge[kind = "judged"]', style: { "line-style": "dashed", "target-arrow-shape": "none", "line-color": rgb("--accent") } },
    { selector: 'edge[label = "different"]', style: { "line-color": rgb("--bad") } },
    { selector: "node.own", style: { width: 30, height: 30, "font-weight": 600 } },
    { selector: "node:selected", style: { "border-color": rgb("--accent"), "border-width": 4 } },
    { selector: "node.expanded", style: { "border-color": rgb("--accent"), "border-width": 3 } },
  ];
  if (slim) sheet.push({ selector: "node", style: { label: "data(name)" } });
  for (const [schema, colour] of Object.entries(COLOURS)) sheet.push({ selector: `node[schema = "${schema}"]`, style: { "background-color": rgb(colour) } });
  return sheet;
}

const id = (edge) => `${edge.from}-${edge.label}-${edge.to}`;

function short(text) {
  return text.length > 26 ? `${text.slice(0, 25)}…` : text;
}

function elements(found) {
  return [
    ...found.nodes.map((node) => ({ group: "nodes", data: { ...node, name: short(node.label), shown: `${short(node.label)}\n${node.source}` } })),
    ...found.edges.map((edge) => ({ group: "edges", data: { id: id(edge), source: edge.from, target: edge.to, label: edge.label, kind: edge.kind } })),
  ];
}

// Laid out by forces; turned where it came out tall in a place that is broad; never smaller than can be read.
function lay(graph) {
  const slim = narrow(graph);
  graph.nodes().removeStyle("font-size");
  graph.layout({ name: "cose", animate: false, fit: false, padding: 30, nodeRepulsion: slim ? 3000 : 9000, idealEdgeLength: slim ? 28 : 70, nodeDimensionsIncludeLabels: true, randomize: false }).run();
  const box = graph.nodes().boundingBox();
  const turn = slim ? box.w > box.h && graph.height() > graph.width() : box.h > box.w && graph.width() > graph.height();
  if (turn) graph.nodes().positions((node) => ({ x: node.position("y"), y: node.position("x") }));
  fit(graph);
}

function fit(graph) {
  const slim = narrow(graph);
  graph.fit(undefined, slim ? 8 : 30);
  const least = 0.6;
  if (graph.zoom() < least) { graph.zoom(least); graph.center(graph.nodes(".own")); }
  const most = 1.1 * scale();
  if (graph.zoom() > most) { graph.zoom(most); graph.center(); }
  // As large as can be read, however small the rest is drawn.
  if (slim) graph.nodes().style("font-size", Math.max(13, 11 / graph.zoom()));
}

const JUDGED = { same: "judged the same as", different: "judged different from", unsure: "perhaps the same as", formerly: "formerly" };

async function load(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

// The same relations as a list: what the graph shows, each end with a button that expands it.
class List {
  constructor(place, element, graph, expand) {
    Object.assign(this, { place, element, graph, expand });
  }

  draw() {
    const list = document.createElement("ul");
    list.className = "links";
    this.graph.edges().forEach((edge) => {
      const item = document.createElement("li");
      const words = document.createElement("span");
      words.className = "words";
      const label = edge.data("label");
      words.textContent = ` ${edge.data("kind") === "judged" ? JUDGED[label] : label} `;
      item.append(...this.end(edge.source()), words, ...this.end(edge.target()));
      list.append(item);
    });
    if (list.children.length) this.place.replaceChildren(list);
  }

  end(node) {
    const link = document.createElement("a");
    link.href = this.element.dataset.record.replace("/0", `/${node.id()}`);
    const name = document.createElement("bdi");
    name.textContent = node.data("label");
    link.append(name);
    if (node.hasClass("expanded") || node.hasClass("own")) return [link];
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small quiet";
    button.textContent = "Expand";
    button.setAttribute("aria-label", `Expand ${node.data("label")}`);
    button.addEventListener("click", () => this.expand(node));
    return [link, " ", button];
  }
}

export async function start(element) {
  const panel = element.closest("section");
  const [backButton, fitButton] = [panel.querySelector("[data-graph-back]"), panel.querySelector("[data-graph-fit]")];
  const first = await load(element.dataset.url);
  // Cytoscape would write a style sheet of one rule into the page, which the policy forbids; ours has the rule.
  const sheet = document.createElement("template");
  sheet.id = "__________cytoscape_stylesheet";
  document.head.append(sheet);
  const graph = cytoscape({ container: element, elements: elements(first), style: style(element.clientWidth < NARROW), minZoom: 0.3, maxZoom: 2 });
  const steps = [];
  if (first.edges.length === 0) element.hidden = fitButton.hidden = backButton.hidden = true;
  const place = panel.querySelector("[data-graph-list]");
  const list = new List(place, element, graph, expand);
  // Those that the page is about are expanded already.
  for (const node of first.own) graph.getElementById(node).addClass("own");

  function shown() {
    backButton.disabled = steps.length === 0;
    list.draw();
    lay(graph);
  }

  async function expand(node) {
    if (node.hasClass("expanded") || node.hasClass("own")) return;
    let found;
    try {
      found = await load(element.dataset.base.replace("/0", `/${node.id()}`) + "/graph");
    } catch {
      say("The record could not be expanded. Reload the page and try again.", "bad");
      return;
    }
    const added = graph.add(elements(found).filter((each) => graph.getElementById(each.data.id).empty()));
    // They come from where they were asked for.
    added.nodes().forEach((each) => { each.position({ x: node.position("x") + Math.random() * 60 - 30, y: node.position("y") + Math.random() * 60 - 30 }); });
    node.addClass("expanded");
    steps.push({ node, added });
    if (added.nodes().empty()) say("Nothing more is stated of it.");
    shown();
  }

  function back() {
    const step = steps.pop();
    if (!step) return;
    step.added.remove();
    step.node.removeClass("expanded");
    shown();
  }

  graph.on("tap", "node", (event) => expand(event.target));
  backButton.addEventListener("click", back);
  fitButton.addEventListener("click", () => fit(graph));
  element.addEventListener("keydown", (event) => {
    const nodes = graph.nodes();
    const at = nodes.toArray().findIndex((node) => node.selected());
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      nodes.unselect();
      nodes[(at + (event.key === "ArrowRight" ? 1 : nodes.length - 1)) % nodes.length].select();
    } else if (event.key === "Enter" && at >= 0) expand(nodes[at]);
    else if (event.key === "Backspace") back();
    else if (event.key === "0") fit(graph);
    else return;
    event.preventDefault();
  });
  new MutationObserver(() => graph.style(style(narrow(graph)))).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  shown();
}
