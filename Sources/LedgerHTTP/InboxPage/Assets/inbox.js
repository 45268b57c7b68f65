// The inbox page, when scripts run. Everything here is convenience: the server renders every page,
// and without scripts the links and forms work alone.

import { readTimes } from "./times.js";
import { markSeen, showUnread } from "./unread.js";
import { act, goBack, onShown, open, refresh, scrollToTarget } from "./pane.js";
import { follow, rest } from "./live.js";
import { listen, setTabStop } from "./keys.js";
import { setUpList } from "./list.js";
import "./replay.js";

document.documentElement.classList.add("scripted");

/** What must be done anew whenever parts of the page were exchanged. */
function shown() {
  readTimes();
  setTabStop();
  // Only a page that came by TLS, or from this machine, may copy.
  if (!navigator.clipboard) document.getElementById("copy")?.remove();
  markSeen();
  showUnread();
  follow();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pane]");
  if (!link || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link.href, { focus: link.closest(".row") ? "row" : "conversation" });
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-act]")) {
    event.preventDefault();
    act(form);
  } else if (form.matches("form[data-pane]")) {
    event.preventDefault();
    const query = new URLSearchParams(new FormData(form));
    open(`${form.action}?${query}`, { focus: "as-of" });
  }
});

document.addEventListener("change", (event) => {
  if (event.target.id === "bot") event.target.form.requestSubmit();
  if (event.target.id === "moment-slider") event.target.form.requestSubmit();
});

document.addEventListener("input", (event) => {
  if (event.target.id === "moment-slider") {
    document.getElementById("moment").value = event.target.value;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("#print-now")) window.print();
  if (event.target.closest("#copy")) copyTranscript(event.target.closest("#copy"));
});

/** Copies the transcript as text: a handover is an empty line. */
async function copyTranscript(button) {
  const lines = [...document.querySelectorAll("#log .entry")].map((entry) => {
    if (entry.dataset.kind === "handover") return "";
    const author = entry.querySelector(".author")?.textContent;
    const words = entry.querySelector(".words") ?? entry.querySelector(":scope > span");
    const text = words.textContent.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).join("\n    | ");
    return author ? `${author}: ${text}` : `[${text}]`;
  });
  await navigator.clipboard.writeText(lines.join("\n") + "\n");
  button.textContent = "Copied";
}

window.addEventListener("popstate", goBack);

// A page that nobody sees follows nothing: a browser has few connections to one server.
document.addEventListener("visibilitychange", () => {
  if (!document.getElementById("list-body")) return;
  if (document.visibilityState === "visible") refresh();
  else rest();
});

if (document.getElementById("list-body")) {
  onShown(shown);
  setUpList();
  listen();
  shown();
  scrollToTarget(true);
  setInterval(readTimes, 20_000);
}
