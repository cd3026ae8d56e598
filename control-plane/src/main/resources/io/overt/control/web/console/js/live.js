// What is said to people who do not look at the screen, and the notes in its corner that say the same to those who do.

import { h } from "./dom.js";

const polite = /** @type {HTMLElement} */ (document.getElementById("polite"));
const urgent = /** @type {HTMLElement} */ (document.getElementById("urgent"));
const notes = /** @type {HTMLElement} */ (document.getElementById("notes"));

/** Says that something has changed. The same words twice are said twice. */
export function say(text) {
  polite.textContent = "";
  requestAnimationFrame(() => { polite.textContent = text; });
}

/** Says at once that something is wrong. */
export function alarm(text) {
  urgent.textContent = "";
  requestAnimationFrame(() => { urgent.textContent = text; });
}

/**
 * A note in the corner: what was done, or what failed. One that failed stays until it is closed.
 * @param {import("./dom.js").Child} content
 * @param {"good"|"bad"} [kind]
 */
export function note(content, kind = "good") {
  const close = () => box.remove();
  const box = h(`div.note.${kind}`, { role: "status" }, h("div", null, content), h("button.plain.tiny", { onclick: close, "aria-label": "Close note" }, "✕"));
  notes.append(box);
  (kind === "bad" ? alarm : say)(box.firstChild.textContent);
  while (notes.children.length > 4) notes.firstChild.remove();
  if (kind === "good") setTimeout(close, 8000);
}
