// Runs before the page is drawn: sets the theme that was chosen, else the system's, so that nothing flashes.
const system = matchMedia("(prefers-color-scheme: dark)");

function settle() {
  const chosen = localStorage.getItem("theme");
  document.documentElement.dataset.theme = chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
}

settle();
system.addEventListener("change", settle);
