// A table that a desk watches: sorted and filtered here, a hundred rows at a time, and a card a row where the screen is narrow.

import { h } from "./dom.js";
import { empty } from "./parts.js";

/**
 * @template R
 * @typedef {object} Column
 * @property {string} title
 * @property {(row: R) => import("./dom.js").Child} cell
 * @property {(row: R) => string|number} [by] what it is sorted by; it cannot be sorted without
 * @property {string} [kind] "number", "tight", "wide"
 * @property {boolean} [heads] whether its cells name the row
 */

const PAGE = 100;

/**
 * Remembers how a table is sorted and where it is between two renderings. One each view and table.
 * @param {{by?: string, down?: boolean}} [start]
 */
export function tableState({ by = "", down = false } = {}) {
  return { by, down, page: 0 };
}

/**
 * @template R
 * @param {object} table
 * @param {string} table.caption what it is, for those who do not see it
 * @param {Column<R>[]} table.columns
 * @param {R[]} table.rows
 * @param {(row: R) => string} table.key
 * @param {{by: string, down: boolean, page: number}} table.state
 * @param {() => void} table.update renders again
 * @param {Node} [table.none] in place of no rows
 */
export function table({ caption, columns, rows, key, state, update, none }) {
  if (!rows.length) return none ?? empty("Nothing here");
  const sorting = columns.find(each => each.title === state.by && each.by);
  const sorted = sorting ? [...rows].sort((a, b) => order(sorting.by(a), sorting.by(b)) * (state.down ? -1 : 1)) : rows;
  const pages = Math.max(1, Math.ceil(sorted.length / PAGE));
  state.page = Math.min(state.page, pages - 1);
  const shown = sorted.slice(state.page * PAGE, state.page * PAGE + PAGE);
  return h("div", { "data-key": `table ${caption}` },
    h("div.rows.folds", { role: "region", "aria-label": caption, tabindex: "0" },
      h("table", null,
        h("caption.unseen", null, caption),
        h("thead", null, h("tr", null, columns.map(column => head(column, state, update)))),
        h("tbody", null, shown.map(row => h("tr", { "data-key": key(row) }, columns.map(column => cell(column, row))))))),
    pages > 1 ? pager(sorted.length, pages, state, update) : null);
}

function head(column, state, update) {
  const kind = column.kind ? `.${column.kind}` : "";
  if (!column.by) return h(`th${kind}`, { scope: "col" }, column.title);
  const sorted = state.by === column.title;
  const turn = () => {
    state.down = sorted && !state.down;
    state.by = column.title;
    state.page = 0;
    update();
  };
  return h(`th${kind}`, { scope: "col", "aria-sort": sorted ? (state.down ? "descending" : "ascending") : null }, h("button", { type: "button", onclick: turn }, column.title));
}

function cell(column, row) {
  const kind = column.kind ? `.${column.kind}` : "";
  return h(column.heads ? `th${kind}` : `td${kind}`, { scope: column.heads ? "row" : null, "data-label": column.title }, h("div", null, column.cell(row)));
}

function pager(total, pages, state, update) {
  const turn = by => () => {
    state.page += by;
    update();
  };
  const first = state.page * PAGE + 1;
  return h("nav.bar", { "aria-label": "Pages", "data-key": "pages" },
    h("button.tiny", { type: "button", disabled: state.page === 0, onclick: turn(-1), "data-turn": "back" }, "‹ Previous"),
    h("span", { role: "status" }, `${first}–${Math.min(total, first + PAGE - 1)} of ${total.toLocaleString("en-GB")}`),
    h("button.tiny", { type: "button", disabled: state.page === pages - 1, onclick: turn(1), "data-turn": "on" }, "Next ›"));
}

function order(a, b) {
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });
}
