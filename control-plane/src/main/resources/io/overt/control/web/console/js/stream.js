// Listens to one of the API's streams. Whoever listens goes on asking where nothing is heard: a proxy in between may let no stream through.

import { camel } from "./api.js";

/** After one broke: a control plane that stops is back, or another one answers. */
const AGAIN = 5000;

/**
 * Listens while the page is seen, and anew when the stream breaks. Where it ends it has ended.
 * @param {string} path of a method that answers many times
 * @param {AbortSignal} signal aborted when nobody wants to hear it any more
 * @param {{told: (value: any) => void, lost: () => void}} listener is told each answer, and when no further one is to be expected for now
 * @returns {() => boolean} whether it is heard at this moment
 */
export function hear(path, signal, { told, lost }) {
  /** @type {EventSource|null} */
  let source = null;
  let heard = false;
  let over = false;
  let timer = 0;
  const shut = () => {
    clearTimeout(timer);
    source?.close();
    source = null;
    heard = false;
  };
  const broke = () => {
    shut();
    timer = setTimeout(open, AGAIN);
    lost();
  };
  const open = () => {
    if (source || over || signal.aborted || document.hidden) return;
    source = new EventSource(path);
    source.addEventListener("message", event => {
      heard = true;
      told(camel(JSON.parse(event.data)));
    });
    source.addEventListener("end", () => {
      over = true;
      shut();
      lost();
    });
    source.addEventListener("problem", broke);
    source.addEventListener("error", broke);
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? shut() : open()), { signal });
  signal.addEventListener("abort", shut);
  open();
  return () => heard;
}
