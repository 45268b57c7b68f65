// The keyboard map. Letters go by the key's place, so that they are the same on other layouts; keys
// without Alt or Ctrl can be switched off.

import { open, refresh } from "./pane.js";
import { showNews } from "./list.js";
import { markUnread } from "./unread.js";

const byID = (id) => document.getElementById(id);

function step(by) {
  const links = [...document.querySelectorAll("#rows > .row > a")];
  if (links.length === 0) return;
  const focused = links.indexOf(document.activeElement);
  const current = links.findIndex((link) => link.hasAttribute("aria-current"));
  const from = focused >= 0 ? focused : current;
  const link = links[Math.min(links.length - 1, Math.max(0, from + by))];
  link.focus();
  link.scrollIntoView({ block: "nearest" });
  open(link.href, { focus: "row" });
}

/** Moves the focus among the rows, which are one stop of Tab. */
function moveFocus(event) {
  const links = [...document.querySelectorAll("#rows > .row > a")];
  const index = links.indexOf(event.target.closest("#rows > .row > a"));
  if (index < 0) return undefined;
  const next = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    Home: 0,
    End: links.length - 1,
  }[event.key];
  return links[next] && (() => links[next].focus());
}

/** Makes one row the stop of Tab: the one with the focus, else the open one, else the first. */
export function setTabStop() {
  const links = [...document.querySelectorAll("#rows > .row > a")];
  const stop =
    links.find((link) => link === document.activeElement) ??
    links.find((link) => link.hasAttribute("aria-current")) ??
    links[0];
  for (const link of links) link.tabIndex = link === stop ? 0 : -1;
}

function toggle(id) {
  const details = byID(id);
  if (!details) return;
  details.open = !details.open;
  const field = details.open && details.querySelector("input:not([type=hidden]), select");
  (field || details.querySelector("summary")).focus();
}

function backToList() {
  const keys = byID("keys");
  if (keys?.open) return;
  const row = document.querySelector("#rows a[aria-current]") ?? document.querySelector("#rows a");
  (row ?? byID("list"))?.focus();
}

function write() {
  byID("words")?.focus();
}

function note() {
  const form = byID("note-form");
  if (!form) return;
  form.open = true;
  byID("note").focus();
}

function showSheet() {
  byID("keys")?.showModal();
}

const alone = {
  KeyJ: () => step(1),
  KeyK: () => step(-1),
  KeyF: () => toggle("filters"),
  KeyB: () => byID("bot")?.focus(),
  KeyN: showNews,
  KeyT: () => byID("take-over")?.click(),
  KeyR: write,
  KeyH: () => byID("hand-back")?.click(),
  KeyO: note,
  KeyW: () => toggle("why"),
  KeyA: () => toggle("as-of"),
  KeyL: () => byID("log")?.focus(),
  KeyP: () => byID("print")?.click(),
  KeyU: markUnread,
};

const withAlt = { KeyJ: alone.KeyJ, KeyK: alone.KeyK, KeyL: write };

const isWriting = (target) =>
  target.matches("input:not([type=checkbox], [type=range]), textarea, select, [contenteditable]");

function actionFor(event) {
  if (event.key === "Escape") return backToList;
  if (event.target.closest("#rows") && moveFocus(event)) return moveFocus(event);
  if (event.altKey && !event.ctrlKey && !event.metaKey) return withAlt[event.code];
  if (event.ctrlKey || event.metaKey) {
    const form = event.target.closest("form[data-act]");
    return event.key === "Enter" && form ? () => form.requestSubmit() : undefined;
  }
  if (isWriting(event.target) || byID("keys")?.open || !byID("single-keys")?.checked) return undefined;
  if (event.key === "?") return showSheet;
  if (event.key === "/") return () => byID("text")?.focus();
  return alone[event.code];
}

/** Remembers a setting of the sheet in this browser. */
function remember(id, changed) {
  const box = byID(id);
  if (!box) return;
  box.checked = localStorage.getItem(id) !== "no";
  changed(box.checked);
  box.addEventListener("change", () => {
    localStorage.setItem(id, box.checked ? "yes" : "no");
    changed(box.checked);
  });
}

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.repeat) return;
    const action = actionFor(event);
    if (!action) return;
    if (event.key !== "Escape") event.preventDefault();
    action();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.closest("#rows")) setTabStop();
  });
  byID("keys-button")?.addEventListener("click", showSheet);
  document.addEventListener("listshown", () => refresh({ isAsked: true }));
  remember("single-keys", () => {});
  remember("announce", (isOn) => byID("log")?.setAttribute("aria-live", isOn ? "polite" : "off"));
}
