// Who is signed in, and what they may do. What is decided here only spares them a refusal: the control plane decides for itself.

import { read, act } from "./api.js";
import { calls } from "./calls.js";

/**
 * @typedef {object} Person
 * @property {string} name as the audit trail has it
 * @property {string} shown
 * @property {Map<string, string[]|null>} roles with the sites that each reaches; null for every site
 */

/** The methods of the API that not every role may call, with those that may; the same as the rules in the .proto files say. */
export const NEEDS = {
  Publish: ["operator"],
  Check: ["author", "approver", "operator", "security"],
  StartRollout: ["operator"],
  PauseRollout: ["operator"],
  ResumeRollout: ["operator"],
  AbortRollout: ["operator"],
  RollBack: ["operator"],
  Approve: ["approver"],
  OrderEmergency: ["operator"],
  LiftEmergency: ["operator"],
  RuleExclusion: ["operator"],
  ListReports: ["operator", "security"],
  CloseReport: ["operator"],
  ListRecords: ["viewer", "security"],
};

/** @type {Person|null} */
let person = null;

/** The signed-in person; null before and without sign-in. */
export function self() {
  return person;
}

/**
 * Asks who is signed in.
 * @returns {Promise<import("./api.js").Answer<Person>>}
 */
export async function recognise() {
  const answer = await read(calls.me());
  if (!answer.ok) {
    person = null;
    return answer;
  }
  person = personOf(answer.value);
  return { ok: true, value: person, tag: "" };
}

function personOf(told) {
  const roles = new Map();
  for (const each of told.roles ?? []) {
    const role = (each.role ?? each).replace(/^ACCESS_ROLE_/, "").toLowerCase();
    roles.set(role, each.sites?.length ? each.sites : null);
  }
  return { name: told.name ?? "", shown: (told.shown || told.name || "").replace(/^overt:.*\//, ""), roles };
}

/** Ends the session. */
export function leave() {
  return act(calls.signOut(), {});
}

/**
 * Why the signed-in person cannot call a method; empty when they can.
 * @param {keyof typeof NEEDS} method
 * @param {string} [site] that it is about; a role that is limited to sites does not reach the fleet as a whole
 */
export function cannot(method, site) {
  const may = NEEDS[method];
  const list = may.length === 1 ? may[0] : `${may.slice(0, -1).join(", ")} or ${may.at(-1)}`;
  if (!person) return "nobody is signed in";
  const held = may.filter(role => person.roles.has(role));
  if (!held.length) return `needs the role ${list}`;
  const reaches = held.some(role => {
    const sites = person.roles.get(role);
    return sites === null || (site !== undefined && sites.includes(site));
  });
  return reaches ? "" : site === undefined ? `your role ${held[0]} is for ${person.roles.get(held[0]).join(", ")} alone` : `your role ${held[0]} is not for ${site}`;
}

/** The roles in words: "operator (hq), viewer". */
export function rolesInWords() {
  if (!person) return "";
  return [...person.roles].map(([role, sites]) => (sites ? `${role} (${sites.join(", ")})` : role)).join(", ") || "no role";
}
