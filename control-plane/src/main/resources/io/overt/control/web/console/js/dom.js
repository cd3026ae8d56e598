// Makes elements and brings a page up to date. Text only ever becomes a text node: whatever a host is called, it is shown and not run.

/** @typedef {string|number|Node|null|undefined|false|Child[]} Child */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element: `h("td.number", {title: "…"}, "12")`. Properties that begin with "on" are handlers; the others are attributes, left out
 * where they are null or false, and empty where they are true.
 * @param {string} what tag and classes
 * @param {Record<string, any>|null} [properties]
 * @param {...Child} children
 * @returns {any}
 */
export function h(what, properties, ...children) {
  const [tag, ...classes] = what.split(".");
  return build(document.createElement(tag || "div"), classes, properties, children);
}

/**
 * The same in a drawing.
 * @param {string} what
 * @param {Record<string, any>|null} [properties]
 * @param {...Child} children
 * @returns {any}
 */
export function svg(what, properties, ...children) {
  const [tag, ...classes] = what.split(".");
  return build(document.createElementNS(SVG, tag), classes, properties, children);
}

function build(node, classes, properties, children) {
  if (classes.length) node.setAttribute("class", classes.join(" "));
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node[name] = value;
    else if (name === "value") { node.value = value; node.setAttribute("value", value); }
    else if (name === "checked") { node.checked = true; node.setAttribute("checked", ""); }
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  append(node, children);
  return node;
}

function append(node, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(node, child);
    else node.append(child instanceof Node ? child : String(child));
  }
}

const HANDLERS = ["onclick", "onchange", "oninput", "onsubmit", "onkeydown", "onmousemove", "onmouseleave", "onfocus", "ontoggle"];

/**
 * Makes `old` look like `wanted` and keeps what is alike, so that focus, selection, scrolling and what is half typed stay. Children with
 * `data-key` are told apart by it, others by their place. What has `data-own` looks after itself and is left alone.
 * @param {Element} old
 * @param {Element} wanted
 */
export function morph(old, wanted) {
  if (old.hasAttribute("data-own") && old.getAttribute("data-own") === wanted.getAttribute("data-own")) return;
  for (const { name, value } of wanted.attributes) {
    if (name === "open" && old.tagName === "DETAILS") continue; // what a person has unfolded stays so
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!wanted.hasAttribute(name) && !(name === "open" && old.tagName === "DETAILS")) old.removeAttribute(name);
  }
  for (const handler of HANDLERS) {
    if (old[handler] !== wanted[handler]) old[handler] = wanted[handler];
  }
  // A script can only forget the file that a person has chosen.
  if ("value" in wanted && old.type !== "file" && old !== document.activeElement && old.getAttribute("data-kept") === null && old.value !== wanted.value && old.tagName !== "LI") old.value = wanted.value;
  morphChildren(old, wanted);
}

function morphChildren(old, wanted) {
  const keyed = new Map();
  for (const child of old.children) {
    const key = child.getAttribute("data-key");
    if (key !== null) keyed.set(key, child);
  }
  let place = old.firstChild;
  for (const child of [...wanted.childNodes]) {
    const key = child instanceof Element ? child.getAttribute("data-key") : null;
    const match = key !== null ? keyed.get(key) : alike(place, child) ? place : null;
    if (match && alike(match, child)) {
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
      if (child instanceof Element) morph(match, child);
      else if (match.nodeValue !== child.nodeValue) match.nodeValue = child.nodeValue;
      if (key !== null) keyed.delete(key);
    } else {
      old.insertBefore(child, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function alike(a, b) {
  return a && a.nodeType === b.nodeType && a.nodeName === b.nodeName
    && (a.nodeType !== 1 || a.getAttribute("data-key") === b.getAttribute("data-key"));
}

let ids = 0;

/** An id that nothing else has. */
export function fresh(stem) {
  return `${stem}-${++ids}`;
}
