// Bundles the console into ../static/dragoman: console.js (and what it loads on demand), console.css, theme.js,
// icons.svg, fonts, and the outlines of countries. Run by `make front`.

import { readFileSync, mkdirSync, rmSync, writeFileSync, copyFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as esbuild from "esbuild";

const out = "../static/dragoman";
const require = createRequire(import.meta.url);

// Our name for an icon, and lucide's.
const ICONS = {
  search: "search", hits: "inbox", screenings: "layers", cases: "briefcase", lists: "list-checks", subjects: "users-round",
  journal: "scroll-text", people: "user-cog", settings: "settings-2", partners: "handshake", requests: "messages-square",
  menu: "menu", close: "x", sun: "sun", moon: "moon", purpose: "target", account: "circle-user-round", out: "log-out",
  plus: "plus", check: "check", cross: "x", help: "circle-help", warning: "triangle-alert", info: "info", clock: "clock",
  upload: "upload", download: "download", file: "file-text", person: "user-round", organisation: "building-2", vessel: "ship",
  airplane: "plane", wallet: "wallet", map: "map", graph: "share-2", timeline: "history", undo: "undo-2", compare: "columns-2",
  filter: "list-filter", link: "link", unlink: "unlink", key: "key-round", shield: "shield", right: "chevron-right",
  left: "chevron-left", down: "chevron-down", external: "external-link", trash: "trash-2", edit: "pencil", passport: "id-card",
  bell: "bell", expand: "maximize-2", play: "play", pause: "pause", flag: "flag", agreement: "file-pen-line", seal: "badge-check",
};

function sprite() {
  const symbols = Object.entries(ICONS).map(([name, file]) => {
    const svg = readFileSync(require.resolve(`lucide-static/icons/${file}.svg`), "utf8");
    const inner = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "").replace(/\s*\n\s*/g, "");
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" ` +
      `stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`;
  });
  writeFileSync(`${out}/icons.svg`, `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
sprite();
copyFileSync("styles/mark.svg", `${out}/mark.svg`);
copyFileSync(require.resolve("world-atlas/countries-110m.json"), `${out}/countries-110m.json`);

const options = {
  entryPoints: { console: "src/main.js", style: "styles/console.css" },
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  target: ["es2022"],
  entryNames: "[name]",
  chunkNames: "part-[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".woff": "file", ".css": "css" },
  legalComments: "linked",
  logLevel: "warning",
};
// Alone and not a module: it runs before the page is drawn.
const theme = { ...options, entryPoints: { theme: "src/theme.js" }, splitting: false, format: "iife" };
await esbuild.build(theme);
if (process.argv.includes("--watch")) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
