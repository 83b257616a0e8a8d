// A subject's relations as a graph: a tap expands a record, Backspace or the button takes the last expansion back.

import cytoscape from "cytoscape";

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

function style() {
  const ink = rgb("--ink");
  const sheet = [
    { selector: "node", style: { label: "data(label)", color: ink, "font-family": css("--font"), "font-size": 13, "text-wrap": "ellipsis", "text-max-width": 130, "text-valign": "bottom", "text-margin-y": 5, width: 22, height: 22, "background-color": rgb("--ink-3"), "border-width": 2, "border-color": rgb("--surface") } },
    { selector: "edge", style: { label: "data(label)", "font-size": 11, color: rgb("--ink-3"), "text-background-color": rgb("--surface"), "text-background-opacity": 1, "text-background-padding": 2, width: 1.4, "line-color": rgb("--line-strong"), "target-arrow-color": rgb("--line-strong"), "target-arrow-shape": "triangle", "arrow-scale": 0.8, "curve-style": "bezier" } },
    { selector: 'edge[label = "same"]', style: { "line-style": "dashed", "target-arrow-shape": "none", "line-color": rgb("--accent") } },
    { selector: "node:selected", style: { "border-color": rgb("--accent"), "border-width": 4 } },
    { selector: "node.expanded", style: { "border-color": rgb("--accent"), "border-width": 3 } },
  ];
  for (const [schema, colour] of Object.entries(COLOURS)) sheet.push({ selector: `node[schema = "${schema}"]`, style: { "background-color": rgb(colour) } });
  return sheet;
}

function elements(found) {
  return [
    ...found.nodes.map((node) => ({ group: "nodes", data: node })),
    ...found.edges.map((edge) => ({ group: "edges", data: { id: `${edge.from}-${edge.label}-${edge.to}`, source: edge.from, target: edge.to, label: edge.label } })),
  ];
}

function lay(graph) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  graph.layout({ name: "cose", animate: still ? false : "end", animationDuration: 250, padding: 30, nodeRepulsion: 9000, idealEdgeLength: 95, nodeDimensionsIncludeLabels: true }).run();
}

export async function start(element) {
  const first = await (await fetch(element.dataset.url, { headers: { Accept: "application/json" } })).json();
  // Cytoscape would write a style sheet of one rule into the page, which the policy forbids; ours has the rule.
  const sheet = document.createElement("template");
  sheet.id = "__________cytoscape_stylesheet";
  document.head.append(sheet);
  const graph = cytoscape({ container: element, elements: elements(first), style: style(), minZoom: 0.3, maxZoom: 3 });
  const steps = [];
  lay(graph);

  async function expand(node) {
    if (node.hasClass("expanded")) return;
    const url = element.dataset.base.replace("/0", `/${node.id()}`) + "/graph";
    const found = await (await fetch(url, { headers: { Accept: "application/json" } })).json();
    const added = graph.add(elements(found).filter((each) => graph.getElementById(each.data.id).empty()));
    node.addClass("expanded");
    steps.push({ node, added });
    lay(graph);
  }

  function back() {
    const step = steps.pop();
    if (!step) return;
    step.added.remove();
    step.node.removeClass("expanded");
    lay(graph);
  }

  graph.on("tap", "node", (event) => expand(event.target));
  element.addEventListener("keydown", (event) => {
    const nodes = graph.nodes();
    const at = nodes.toArray().findIndex((node) => node.selected());
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
      nodes.unselect();
      nodes[(at + (event.key === "ArrowRight" ? 1 : nodes.length - 1)) % nodes.length].select();
    } else if (event.key === "Enter" && at >= 0) expand(nodes[at]);
    else if (event.key === "Backspace") back();
    else return;
    event.preventDefault();
  });
  new MutationObserver(() => graph.style(style())).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
}
