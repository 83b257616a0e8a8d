// Triage by keyboard: the queue on the left, the chosen hit in the pane on the right, and decisions without a mouse.
// Without script each row is a link to the hit's own page, on which the same buttons decide.

import { say } from "./main.js";

const NARROW = matchMedia("(max-width: 900px)");

export function start(root) {
  const pane = document.getElementById(root.dataset.pane);
  const rows = () => [...root.querySelectorAll("tr[data-hit]")];
  const chosen = () => root.querySelector("tr.selected");
  let waiting = null;
  let settling = false;

  function choose(row, { focus = true } = {}) {
    if (!row) return;
    waiting = null;
    const former = chosen();
    former?.classList.remove("selected");
    former?.querySelector("[data-open]").removeAttribute("aria-current");
    row.classList.add("selected");
    const link = row.querySelector("[data-open]");
    link.setAttribute("aria-current", "true");
    if (focus) link.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    htmx.ajax("GET", link.getAttribute("href"), { target: pane, swap: "innerHTML" });
  }

  function move(step) {
    const all = rows();
    const at = all.indexOf(chosen());
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    if (next && next !== all[at]) choose(next);
    else if (at >= 0) say(step > 0 ? "That is the last hit of this page; n leads to the next." : "That is the first hit.");
  }

  // After a decision: on to the next hit below that still waits as this one did.
  function onward(row) {
    const all = rows();
    const next = all.slice(all.indexOf(row) + 1).find((each) => each.dataset.state === row.dataset.waited);
    if (next) choose(next);
  }

  root.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-hit]");
    if (!row || NARROW.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose(row);
  });

  document.body.addEventListener("reviewed", (event) => {
    const { hit, state, label } = event.detail;
    say(`Hit ${hit}: ${label}.`);
    const row = root.querySelector(`tr[data-hit="${hit}"]`);
    if (!row) return;
    const tag = row.querySelector("[data-label]");
    row.dataset.waited ??= row.dataset.state;
    const decided = row.dataset.state === row.dataset.waited && state !== row.dataset.waited;
    row.dataset.state = state;
    tag.className = `tag ${state}`;
    tag.textContent = label;
    if (decided) onward(row);
  });

  // What a key asks of the chosen hit waits until the pane shows that hit, and not still the one before; and until
  // htmx has taken up its forms, which comes a moment after they are shown: they would lead to another page.
  function whenShown(act) {
    const row = chosen();
    const shown = pane.querySelector("[data-current]")?.dataset.current;
    if (settling || (row && row.dataset.hit !== shown)) waiting = act;
    else act();
  }

  pane.addEventListener("htmx:afterSwap", () => { settling = true; });
  pane.addEventListener("htmx:afterSettle", () => {
    settling = false;
    const act = waiting;
    waiting = null;
    if (act) whenShown(act);
  });

  function undo() {
    const button = pane.querySelector("[data-undo]");
    if (button) button.click();
    else say("There is nothing of yours to undo.", "bad");
  }

  document.body.addEventListener("assigned", (event) => {
    const { hit, assigned } = event.detail;
    say(assigned ? `Hit ${hit}: ${assigned} looks after it.` : `Hit ${hit} is back in the queue.`);
    const cell = root.querySelector(`tr[data-hit="${hit}"] [data-who]`);
    if (!cell) return;
    const name = document.createElement("bdi");
    name.textContent = assigned;
    cell.replaceChildren(...(assigned ? [name] : []));
  });

  function dialogOf(kind) {
    return pane.querySelector(`#decide-${{ t: "true", f: "false", i: "inconclusive" }[kind]}`);
  }

  function inDialog(event, open) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      open.querySelector("form").requestSubmit();
    } else if (/^[1-9]$/.test(event.key) && !event.target.matches("textarea")) {
      const choice = open.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
      if (choice) { event.preventDefault(); choice.checked = true; choice.focus(); }
    }
  }

  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    t: () => whenShown(() => dialogOf("t")?.showModal()),
    f: () => whenShown(() => dialogOf("f")?.showModal()),
    i: () => whenShown(() => dialogOf("i")?.showModal()),
    u: () => whenShown(undo),
    a: () => whenShown(() => pane.querySelector("[data-assign]")?.click()),
    c: () => { const link = pane.querySelector("[data-compare]"); if (link && root.querySelector("tr[data-hit]")) location.assign(link.href); },
    n: () => { const link = root.querySelector("[data-next]"); if (link) location.assign(link.href); },
    "?": () => document.getElementById("keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const open = document.querySelector("dialog[open]");
    if (open) { inDialog(event, open); return; }
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  if (rows().length && !NARROW.matches) choose(rows()[0], { focus: false });
}
