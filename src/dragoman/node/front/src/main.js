// What every page needs: the theme, the menu on small screens, dialogs, toasts, and modules that a page asks for.

const MODULES = {
  triage: () => import("./triage.js"),
  graph: () => import("./graph.js"),
  map: () => import("./map.js"),
  timeline: () => import("./timeline.js"),
  webauthn: () => import("./webauthn.js"),
};

function start(root) {
  for (const element of root.querySelectorAll("[data-module]")) {
    if (element.dataset.started) continue;
    element.dataset.started = "yes";
    const load = MODULES[element.dataset.module];
    if (load) load().then((module) => module.start(element));
  }
}

const ACTIONS = {
  theme() {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
  },
  menu(button) {
    const open = document.body.classList.toggle("menu-open");
    button.setAttribute("aria-expanded", String(open));
  },
  dialog(button) {
    document.getElementById(button.dataset.target)?.showModal();
  },
  close(button) {
    button.closest("dialog")?.close();
  },
  copy(button) {
    const target = document.getElementById(button.dataset.target);
    navigator.clipboard.writeText(target.value ?? target.textContent.trim()).then(() => say("Copied."));
  },
};

// How much larger than usual the page is set (on a wall): pictures grow with its words.
export function scale() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / 15;
}

export function say(text, kind = "ok") {
  const toast = document.createElement("p");
  toast.className = `toast ${kind}`;
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), 5000);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action]");
  if (button && ACTIONS[button.dataset.action]) ACTIONS[button.dataset.action](button);
  for (const open of document.querySelectorAll("details.popup[open]")) if (!open.contains(event.target)) open.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const open of document.querySelectorAll("details.popup[open]")) open.open = false;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing) {
    const box = document.querySelector("[data-search], input[type=search]");
    if (box) { event.preventDefault(); box.focus(); }
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("htmx:responseError", (event) => {
  const id = event.detail.xhr.getResponseHeader("X-Request-Id");
  say(`That did not work (${event.detail.xhr.status}). Reload the page and try again. Request ${id ?? "unknown"}.`, "bad");
});
document.addEventListener("htmx:sendError", () => say("The node does not answer. What you did was not kept; try again.", "bad"));
document.addEventListener("htmx:afterSwap", (event) => start(event.detail.elt.parentElement ?? document));

start(document);
