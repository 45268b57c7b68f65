// Follows the inbox, and the inbox of the open conversation's holder if that is another one.
//
// An event says only that there is something to look at: the server renders what it is.

import { refresh } from "./pane.js";

const least = 400;
const streams = new Map();
let isLooking = false;
let mustLookAgain = false;
let last = 0;

/** Follows what the page shows now, and nothing else. */
export function follow() {
  const { live } = document.body.dataset;
  const holder = document.querySelector("#conversation[data-live]")?.dataset.live;
  const wanted = new Set([live, holder].filter(Boolean));
  for (const [address, stream] of streams) {
    if (wanted.has(address)) continue;
    stream.close();
    streams.delete(address);
  }
  for (const address of wanted) if (!streams.has(address)) streams.set(address, connect(address));
  if (wanted.size === 0) say("waiting", "Not live");
}

/** Follows nothing, until the page is seen again. */
export function rest() {
  for (const stream of streams.values()) stream.close();
  streams.clear();
}

function connect(address) {
  const stream = new EventSource(`${address}?after=${document.body.dataset.position}`);
  let hasFailed = false;
  stream.onopen = () => {
    say("live", "Live");
    if (hasFailed) schedule();
    hasFailed = false;
  };
  stream.onmessage = schedule;
  stream.onerror = () => {
    hasFailed = true;
    say("offline", "Offline, trying again");
    // A refusal ends the stream for good; a page that is loaded anew says why.
    if (stream.readyState === EventSource.CLOSED) {
      streams.delete(address);
      setTimeout(() => refresh().finally(follow), 5000);
    }
  };
  return stream;
}

/** Looks soon: at once if nothing was shown lately, so that many events are one look.
 *
 *  What comes while the server is asked may not be in its answer, so it asks once more. */
function schedule() {
  if (document.visibilityState !== "visible") return;
  if (isLooking) {
    mustLookAgain = true;
    return;
  }
  isLooking = true;
  setTimeout(async () => {
    mustLookAgain = false;
    try {
      await refresh();
    } finally {
      last = Date.now();
      isLooking = false;
      if (mustLookAgain) schedule();
    }
  }, Math.max(30, last + least - Date.now()));
}

function say(state, words) {
  const line = document.getElementById("live");
  if (!line || line.dataset.state === state) return;
  line.dataset.state = state;
  line.textContent = words;
}
