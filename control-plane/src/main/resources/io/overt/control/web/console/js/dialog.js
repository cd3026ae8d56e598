// Questions that have to be answered before anything else. The browser's own dialog keeps the focus inside and closes on Escape.

import { h, fresh } from "./dom.js";
import { sentence } from "./parts.js";

/**
 * Asks, and does it. The dialog stays open, with what went wrong in it, until it is done or given up. Focus goes back to where it was.
 * @param {object} question
 * @param {string} question.title
 * @param {import("./dom.js").Child} question.body
 * @param {string} question.does the word on the button
 * @param {"primary"|"danger primary"} [question.kind]
 * @param {string} [question.retype] has to be typed before the button works
 * @param {string} [question.retypeLabel]
 * @param {(form: HTMLFormElement) => Promise<import("./api.js").Answer<any>|string>} question.act a text is what is wrong with the form
 * @returns {Promise<any>} the answer's value, or null when it was given up
 */
export function confirm({ title, body, does, kind = "primary", retype = "", retypeLabel = "", act }) {
  const heading = fresh("title");
  const trouble = h("div", { role: "alert" });
  const typed = retype ? h("input", { id: fresh("retype"), autocomplete: "off", spellcheck: "false", required: true, autofocus: true }) : null;
  const go = h(`button.${kind.split(" ").join(".")}`, { type: "submit", "aria-disabled": retype ? "true" : null }, does);
  const matches = () => !typed || typed.value.trim() === retype;
  if (typed) typed.oninput = () => (matches() ? go.removeAttribute("aria-disabled") : go.setAttribute("aria-disabled", "true"));

  return new Promise(resolve => {
    let result = null;
    let busy = false;
    const form = h("form", {
      method: "dialog",
      onsubmit: async event => {
        event.preventDefault();
        if (busy) return;
        if (!matches()) {
          tell(`Type “${retype}” to go on.`);
          typed.focus();
          return;
        }
        busy = true;
        go.textContent = `${does} …`;
        const answer = await act(form);
        busy = false;
        go.textContent = does;
        if (typeof answer === "string") tell(answer);
        else if (answer.ok) {
          result = answer.value;
          dialog.close();
        } else tell(sentence(answer.problem));
      },
    },
    h("h2", { id: heading }, title),
    h("div.body", null, body, typed ? h("div.field", null, h("label", { for: typed.id }, retypeLabel || `Type “${retype}” to confirm`), typed) : null, trouble),
    h("footer", null, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), go));
    const tell = text => trouble.replaceChildren(h("div.note.bad", null, text));
    const dialog = show(heading, form, () => resolve(result));
  });
}

/**
 * Shows something until it is closed.
 * @param {string} title
 * @param {import("./dom.js").Child} body
 */
export function inform(title, body) {
  const heading = fresh("title");
  const dialog = show(heading, h("div", null,
    h("header.bar", null, h("h2", { id: heading }, title)),
    h("div.body", null, body),
    h("footer", null, h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Close"))), () => {});
}

/** Whether one is open: shortcuts rest then. */
export function asking() {
  return document.querySelector("dialog[open]") !== null;
}

function show(heading, content, closed) {
  const before = document.activeElement;
  const dialog = h("dialog", { "aria-labelledby": heading }, content);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
    closed();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
