// The frame: who is signed in, which view is open, what is in force. Starts everything else.

import { onReach, onSignedOut, read } from "./api.js";
import { calls } from "./calls.js";
import { h, morph } from "./dom.js";
import { asking, confirm } from "./dialog.js";
import { GOES, help, listen } from "./keys.js";
import { alarm, say } from "./live.js";
import { loading, refusal, who } from "./parts.js";
import { leave, recognise, rolesInWords, self } from "./session.js";
import { turnTheme } from "./theme.js";
import { tick, when } from "./time.js";
import { navCounts } from "./desk.js";

const byId = id => /** @type {HTMLElement} */ (document.getElementById(id));
const main = byId("main");

const GROUPS = [["Watch", ["fleet", "rollouts", "emergency"]], ["Decide", ["policy", "approvals", "exclusions", "reports"]], ["Account for", ["logs", "audit"]]];
const TITLES = Object.fromEntries(Object.values(GOES));

/** Views by the first word of the address; each is fetched when it is first opened. */
const VIEWS = {
  fleet: () => import("./views/fleet.js"),
  rollouts: () => import("./views/rollouts.js"),
  emergency: () => import("./views/emergency.js"),
  policy: () => import("./views/policy.js"),
  approvals: () => import("./views/approvals.js"),
  exclusions: () => import("./views/exclusions.js"),
  reports: () => import("./views/reports.js"),
  logs: () => import("./views/logs.js"),
  audit: () => import("./views/audit.js"),
};

/**
 * @typedef {object} Place what a view is given
 * @property {string[]} words of the address after the view's own
 * @property {URLSearchParams} query
 * @property {AbortSignal} signal aborted when the view is left
 * @property {(node: Element) => void} show brings the page to this
 * @property {(text: string) => void} title
 * @property {(every: number, look: () => Promise<void>) => () => void} keep looks now and then again, not while the page is hidden; returns what looks at once
 */

let leaving = new AbortController();

async function open() {
  leaving.abort();
  leaving = new AbortController();
  const signal = leaving.signal;
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...words] = path.split("/").map(decodeURIComponent);
  const view = VIEWS[name] ? name : "fleet";
  markNav(view);
  if (!self()) return;
  let first = true;
  /** @type {Place} */
  const place = {
    words: VIEWS[name] ? words.filter(Boolean) : [],
    query: new URLSearchParams(search ?? ""),
    signal,
    show: node => {
      if (signal.aborted) return;
      if (first || !main.firstElementChild) main.replaceChildren(node);
      else if (main.firstElementChild !== node) morph(main.firstElementChild, node);
      first = false;
    },
    title: text => { document.title = `${text} · Overt`; },
    keep: (every, look) => keep(every, look, signal),
  };
  place.title(TITLES[view]);
  main.replaceChildren(loading("this view"));
  // So that the next Tab is in the view, and a screen reader begins there.
  if (opened) {
    main.focus({ preventScroll: true });
    say(TITLES[view]);
  }
  opened = true;
  scrollTo(0, 0);
  const module = await VIEWS[view]();
  if (!signal.aborted) module.open(place);
}

let opened = false;

function keep(every, look, signal) {
  let timer = 0;
  let running = false;
  let again = false;
  const run = async () => {
    clearTimeout(timer);
    if (signal.aborted) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    const began = performance.now();
    if (!document.hidden) await look();
    running = false;
    if (again) {
      again = false;
      run();
      return;
    }
    // A control plane that takes long is asked less often.
    if (!signal.aborted) timer = setTimeout(run, Math.max(every, 15 * (performance.now() - began)));
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden) run(); }, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer));
  run();
  return run;
}

/** @type {Record<string, number>} */
let counts = {};

function markNav(view) {
  const link = name => h("li", null, h("a", { href: `#/${name}`, "aria-current": name === view ? "page" : null },
    h("span", null, TITLES[name]), counts[name] ? h("span.count", null, h("span.unseen", null, "waiting: "), counts[name]) : null));
  const wanted = h("nav", { id: "nav", "aria-label": "Views", class: byId("nav").className },
    h("ul", null, GROUPS.map(([group, names]) => [h("li.group", null, group), names.map(link)])));
  morph(byId("nav"), wanted);
  current = view;
}

let current = "fleet";

function showPerson() {
  const person = self();
  byId("person").replaceChildren(...(person
    ? [h("b", { title: person.name }, person.shown), h("span.muted", null, rolesInWords()), h("button.plain.tiny", { type: "button", onclick: signOut }, "Sign out")]
    : []));
}

async function signOut() {
  await confirm({ title: "Sign out?", body: h("p", null, "A policy that you are editing stays in this tab until it is closed."), does: "Sign out", act: leave });
  location.reload();
}

/** Emergencies that are in force, above everything, on every view. */
let known = new Set();

async function showEmergencies() {
  const answer = await read(calls.emergencies(), { query: { limit: 50 } });
  if (!answer.ok) return;
  const inForce = (answer.value.emergencies ?? []).filter(each => each.inForce && each.action !== "EMERGENCY_ACTION_LIFT");
  const wanted = h("div", { id: "banner", role: "region", "aria-label": "Emergencies in force" }, inForce.map(each =>
    h("div.emergency", { "data-key": `${each.site} ${each.number}` },
      h("strong", null, `Nothing is inspected at ${each.site}`),
      h("span", null, "ends ", when(each.until), ", ordered by ", who(each.by), ": ", each.reason),
      h("a", { href: "#/emergency" }, "Show"))));
  morph(byId("banner"), wanted);
  const now = new Set(inForce.map(each => each.site));
  for (const site of now) if (!known.has(site)) alarm(`Emergency: nothing is inspected at ${site}.`);
  for (const site of known) if (!now.has(site)) say(`The policy holds again at ${site}.`);
  known = now;
}

/** Looks at the banner at once, after something was ordered or lifted. */
export function emergenciesChanged() {
  return showEmergencies();
}

async function start() {
  onReach(there => {
    const told = byId("connection");
    const text = there ? "" : "Not connected: what is shown may be old";
    if (told.textContent !== text) told.replaceChildren(...(there ? [] : [h("span.state.bad", null, text)]));
  });
  byId("keys").onclick = help;
  byId("theme").onclick = () => say(`Theme: ${turnTheme()}`);
  byId("skip").onclick = event => {
    event.preventDefault();
    main.focus();
  };
  byId("menu").onclick = () => {
    const unfolded = byId("nav").classList.toggle("open");
    byId("menu").setAttribute("aria-expanded", String(unfolded));
  };
  byId("nav").addEventListener("click", () => {
    byId("nav").classList.remove("open");
    byId("menu").setAttribute("aria-expanded", "false");
  });
  addEventListener("hashchange", () => { if (!asking()) open(); });
  listen();
  setInterval(tick, 1000);
  main.replaceChildren(loading("who you are"));
  const answer = await recognise();
  if (!answer.ok) {
    signInPage(answer.problem);
    return;
  }
  onSignedOut(() => signInPage({ status: 401, title: "Your session is over", detail: "Sign in again to go on where you were.", request: "", fields: [], kind: "" }));
  showPerson();
  open();
  const forever = new AbortController().signal;
  keep(5000, showEmergencies, forever);
  keep(15_000, async () => {
    counts = await navCounts();
    markNav(current);
  }, forever);
}

function signInPage(problem) {
  showPerson();
  document.title = "Sign in · Overt";
  const back = encodeURIComponent(location.pathname + location.hash);
  main.replaceChildren(problem.status === 401
    ? h("div.view", null, h("h1", null, "Sign in"), h("p", null, problem.detail && problem.title.startsWith("Your") ? `${problem.title}. ${problem.detail}` : "The console shows and changes what this organisation inspects. Who does so is known by name."),
      h("div.bar", null, h("a.button.primary", { href: `/sign-in?back=${back}` }, "Sign in")),
      h("p.muted", null, "Without an identity provider, a client certificate of an operator in this browser serves as well."))
    : h("div.view", null, h("h1", null, "Overt"), refusal(problem, () => location.reload())));
}

start();
