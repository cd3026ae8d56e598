// Approvals: what is to be signed, with which command, and the signature handed in. The key never comes near this page.

import { act, all, decodeBytes, encodeBytes, read } from "../api.js";
import { calls } from "../calls.js";
import { h } from "../dom.js";
import { note } from "../live.js";
import { button, command, count, download, empty, field, loading, pairs, refusal, sentence, state, tag, who } from "../parts.js";
import { cannot } from "../session.js";
import { table, tableState } from "../table.js";
import { when } from "../time.js";

/** @param {import("../main.js").Place} place */
export function open(place) {
  if (place.words[0]) one(place, place.words[0]);
  else list(place);
}

function list(place) {
  const shown = tableState();
  let versions = null;
  let waiting = [];
  place.show(h("div.view", null, h("header", null, h("h1", null, "Approvals")), loading("versions")));
  const look = place.keep(8000, async () => {
    versions = await all(calls.versions(), "versions", { query: { limit: 50 }, signal: place.signal, most: 50 });
    const rollouts = await read(calls.rollouts(), { query: { page_size: 20 }, signal: place.signal });
    waiting = rollouts.ok ? (rollouts.value.rollouts ?? []).filter(each => each.phase === "ROLLOUT_PHASE_AWAITING_APPROVAL") : [];
    update();
  });
  function update() {
    if (place.signal.aborted) return;
    place.show(h("div.view", null,
      h("header", null, h("h1", null, "Approvals"), h("p.muted", null, "An approval is a person's signature over what a version says. Edges verify it themselves: nobody who takes over the control plane can make one.")),
      waiting.map(each => h("div.note.warn", null, h("p", null, h("a", { href: `#/rollouts/${each.id}` }, `Rollout ${each.id}`), ` waits: v${each.version} has ${each.approvals ?? 0} of ${count(each.approvalsNeeded ?? 0, "approval")}. `, h("a", { href: `#/approvals/${each.version}` }, `Look at v${each.version}`)))),
      versions.ok
        ? table({
          caption: "Versions",
          state: shown,
          update,
          rows: versions.value,
          key: each => each.version,
          none: empty("There is no version yet", h("a", { href: "#/policy" }, "Write a policy")),
          columns: [
            { title: "Version", heads: true, kind: "tight", cell: each => h("a", { href: `#/approvals/${each.version}` }, `v${each.version}`) },
            { title: "Policy", cell: each => each.policy },
            { title: "Published", kind: "tight", cell: each => when(each.published) },
            { title: "By", cell: each => who(each.publisher) },
            { title: "", cell: each => (waiting.some(one => one.version === each.version) ? state("warn", "a rollout waits for it") : "") },
          ],
        })
        : refusal(versions.problem, look)));
  }
}

function one(place, version) {
  place.title(`Approve v${version}`);
  const head = () => h("header", null, h("a.small", { href: "#/approvals" }, "‹ Approvals"), h("h1", null, `Version ${version}`));
  let trouble = "";
  let statement = null;
  let digest = "";
  let standing = null;
  place.show(h("div.view", null, head(), loading("what is to be signed")));
  const look = place.keep(5000, async () => {
    const [approvals, text] = await Promise.all([read(calls.approvals(version), { signal: place.signal }), statement ?? read(calls.statement(version), { signal: place.signal })]);
    standing = approvals;
    if (text.ok && !digest) digest = await sha256(decodeBytes(text.value.statement));
    if (text.ok) statement = text;
    else if (!statement) standing = text;
    update();
  });

  function update() {
    if (place.signal.aborted) return;
    if (!statement?.ok || !standing.ok) {
      place.show(h("div.view", null, head(), refusal(standing.problem, look)));
      return;
    }
    const { approvals = [], needed = 0, counted = 0 } = standing.value;
    place.show(h("div.view", null, head(),
      h("section.card", { "aria-label": "Standing" },
        h("header", null, h("h2", null, "Approved by"), needed ? state(counted >= needed ? "good" : "warn", `${counted} of ${count(needed, "approval")}`) : tag("none is asked for here")),
        approvals.length
          ? h("ul.history", null, approvals.map(each => h("li", null, h("b", null, each.approver || "nobody that is known any more"), h("div", null, when(each.at, "both"), ", handed in by ", who(each.by), each.discounted ? [" ", state("bad", each.discounted)] : null))))
          : h("p.muted", null, "Nobody yet.")),
      h("section.card", { "aria-label": "What is signed" }, h("header", null, h("h2", null, "1. Read what it changes"), h("span.end", null, h("a", { href: `#/policy/${version}` }, `v${version}, and its difference from the version before`))),
        h("p", null, "This page comes from the control plane. To rest on it less, let your own machine say it: ", h("code", null, `overtctl diff ${version}`), " compares, and the statement below names each file by its digest.")),
      h("section.card", { "aria-label": "Sign" }, h("header", null, h("h2", null, "2. Sign the statement")),
        pairs([["File", h("code", null, file())], ["SHA-256", h("code", null, digest)]]),
        h("div.bar", null, h("button", { type: "button", onclick: () => download(file(), decodeBytes(statement.value.statement)) }, "Save the statement")),
        h("p", null, "With the key that the approvers file has of you, in the folder where the statement was saved:"),
        command(`sha256sum ${file()}\nssh-keygen -Y sign -n overt-approval -f ~/.ssh/id_ed25519 ${file()}`),
        h("details", null, h("summary", null, "With a key of OpenSSL, or a token"), command(`openssl pkeyutl -sign -rawin -inkey KEY.pem -in ${file()} -out ${file()}.sig`))),
      h("section.card", { "aria-label": "Hand it in" }, h("header", null, h("h2", null, "3. Hand in the signature")),
        trouble ? h("div.note.bad", { role: "alert" }, trouble) : null,
        h("div.fields", null,
          field(`Signature, ${file()}.sig`, h("input", { type: "file", id: "signature" })),
          button("Approve", handIn, { why: cannot("Approve"), kind: "primary" })))));
  }

  function file() {
    return `overt-v${version}.statement`;
  }

  async function handIn() {
    const input = /** @type {HTMLInputElement} */ (document.getElementById("signature"));
    const chosen = input.files?.[0];
    if (!chosen) trouble = "Choose the file that the command wrote.";
    else if (chosen.size > 64 << 10) trouble = `${chosen.name} has ${chosen.size} bytes (expected: a signature of at most 64 kB).`;
    else {
      const answer = await act(calls.approvals(version), { signature: encodeBytes(new Uint8Array(await chosen.arrayBuffer())) });
      trouble = answer.ok ? "" : sentence(answer.problem);
      if (answer.ok) {
        input.value = "";
        note(`Approved by ${answer.value.approver}.`);
      }
    }
    update();
    look();
  }
}

async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map(each => each.toString(16).padStart(2, "0")).join("");
}
