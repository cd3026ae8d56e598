// Speaks to the REST API. A refusal is a value and not an exception: whoever calls has to say what is shown then.

import { clock } from "./time.js";

/**
 * @typedef {object} Problem what a refusal says (RFC 9457)
 * @property {number} status 0 where nothing answered
 * @property {string} title
 * @property {string} detail
 * @property {string} request id by which the control plane's log knows it
 * @property {{field: string, message: string}[]} fields
 * @property {string} kind the last part of its type
 */

/**
 * @template T
 * @typedef {{ok: true, value: T, tag: string}|{ok: false, problem: Problem}} Answer
 */

const DEADLINE = 45_000;

/** Called when the control plane begins or ceases to answer. @type {(reached: boolean) => void} */
let reached = () => {};

export function onReach(listener) {
  reached = listener;
}

/** Called when a call says that nobody is signed in. @type {() => void} */
let signedOut = () => {};

export function onSignedOut(listener) {
  signedOut = listener;
}

/**
 * @param {string} path from "/v1/" on, with what is put into it already encoded
 * @param {{query?: Record<string, any>, signal?: AbortSignal}} [options]
 * @returns {Promise<Answer<any>>}
 */
export function read(path, options = {}) {
  return call("GET", path, options);
}

/**
 * A call that changes something. It is given a key of its own, so that one that is repeated because no answer came is done once.
 * @param {string} path
 * @param {any} body
 * @param {{match?: string, key?: string, method?: string}} [options]
 * @returns {Promise<Answer<any>>}
 */
export function act(path, body, options = {}) {
  return call(options.method ?? "POST", path, { body, match: options.match, key: options.key ?? crypto.randomUUID() });
}

/** A call that asks with a body and changes nothing. */
export function ask(path, body, signal) {
  return call("POST", path, { body, signal });
}

async function call(method, path, { query = {}, body = undefined, match = "", key = "", signal = undefined }) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") url.searchParams.append(name, each);
    }
  }
  const headers = { Accept: "application/json, application/problem+json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (match) headers["If-Match"] = match;
  if (key) headers["Idempotency-Key"] = key;
  try {
    const deadline = AbortSignal.timeout(DEADLINE);
    const response = await fetch(url, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      redirect: "error",
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    reached(true);
    keepClock(response);
    return response.ok ? { ok: true, value: await value(response), tag: response.headers.get("ETag") ?? "" } : { ok: false, problem: await problem(response) };
  } catch (failure) {
    if (signal?.aborted) return { ok: false, problem: { status: -1, title: "left", detail: "", request: "", fields: [], kind: "left" } };
    reached(false);
    const late = failure instanceof DOMException && failure.name === "TimeoutError";
    return { ok: false, problem: { status: 0, title: late ? "The control plane took too long" : "The control plane cannot be reached", detail: late ? `No answer within ${DEADLINE / 1000} s.` : "The network between this browser and it, or it itself, is away. This page goes on trying.", request: "", fields: [], kind: "unreachable" } };
  }
}

async function value(response) {
  const text = await response.text();
  return text ? camel(JSON.parse(text)) : {};
}

/** Members as JavaScript writes them: the API's are as in the .proto files, "started_by". */
export function camel(told) {
  if (Array.isArray(told)) return told.map(camel);
  if (told === null || typeof told !== "object") return told;
  return Object.fromEntries(Object.entries(told).map(([name, each]) => [name.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase()), camel(each)]));
}

function keepClock(response) {
  const date = Date.parse(response.headers.get("Date") ?? "");
  // Date has whole seconds, and is that old when it arrives: less than three are no difference.
  if (!Number.isNaN(date)) clock.ahead = Math.abs(date - Date.now()) > 3000 ? date - Date.now() : 0;
}

async function problem(response) {
  let told = {};
  try {
    told = JSON.parse(await response.text());
  } catch {
    told = {}; // a proxy in between speaks for itself
  }
  if (response.status === 401) signedOut();
  return {
    status: response.status,
    title: told.title || WORDS[response.status] || `The control plane answered ${response.status}`,
    detail: told.detail ?? "",
    request: told.request_id || response.headers.get("X-Request-Id") || "",
    fields: (told.errors ?? []).map(each => ({ field: each.at ?? "", message: each.detail ?? "" })),
    kind: (told.type ?? "").split("#problem-").pop() ?? "",
  };
}

const WORDS = {
  400: "The request was not understood",
  401: "Nobody is signed in",
  403: "That is not for your role",
  404: "There is no such thing",
  409: "Something else was faster",
  412: "It has changed since you looked",
  413: "That is too large",
  422: "What was sent cannot be used",
  429: "Too many requests",
  500: "The control plane failed",
  503: "Not now",
  504: "Not in time",
};

/**
 * All of a list that comes in pages.
 * @param {string} path
 * @param {string} member of the answer that holds the list
 * @param {{query?: Record<string, any>, signal?: AbortSignal, most?: number}} [options]
 * @returns {Promise<Answer<any[]>>}
 */
export async function all(path, member, { query = {}, signal, most = 10_000 } = {}) {
  const list = [];
  let token = "";
  do {
    const page = await read(path, { query: { ...query, page_token: token }, signal });
    if (!page.ok) return page;
    list.push(...(page.value[member] ?? []));
    token = page.value.nextPageToken ?? "";
  } while (token && list.length < most);
  return { ok: true, value: list, tag: "" };
}

/** Base64 of a text. */
export function encode(text) {
  return encodeBytes(new TextEncoder().encode(text));
}

/** @param {Uint8Array} bytes */
export function encodeBytes(bytes) {
  let binary = "";
  // In pieces: a call takes so many arguments and no more.
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(binary);
}

/** @param {string|undefined} base64 */
export function decodeBytes(base64) {
  return Uint8Array.from(atob(base64 ?? ""), each => each.charCodeAt(0));
}

export function decode(base64) {
  return new TextDecoder().decode(decodeBytes(base64));
}

/** @param {string|undefined} base64 */
export function hex(base64) {
  return [...decodeBytes(base64)].map(each => each.toString(16).padStart(2, "0")).join("");
}
