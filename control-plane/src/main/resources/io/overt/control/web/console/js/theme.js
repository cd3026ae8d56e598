// Light or dark: as the operating system says, until somebody says otherwise on this page.

const ORDER = ["system", "light", "dark"];
const root = document.documentElement;

function chosen() {
  const kept = localStorage.getItem("overt-theme");
  return kept && ORDER.includes(kept) ? kept : "system";
}

function show(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  const button = document.getElementById("theme");
  if (button) button.textContent = `Theme: ${theme}`;
}

/** The next theme: system, light, dark. Returns its name. */
export function turnTheme() {
  const next = ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length];
  localStorage.setItem("overt-theme", next);
  show(next);
  return next;
}

show(chosen());
