// Takes parts of pages that the server rendered and puts them into this page.

import { showList, updateList } from "./list.js";

let shown = () => {};
let latest = 0;
let place = location.pathname + location.search;

/** Names what is done whenever parts were exchanged. */
export function onShown(body) {
  shown = body;
}

/** Loads a page of the server as a document; scripts in it do not run. */
export function load(address, form) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(form ? "POST" : "GET", address);
    request.responseType = "document";
    request.onload = () => resolve({ page: request.response, address: request.responseURL });
    request.onerror = () => reject(new Error("the server cannot be reached"));
    request.timeout = 20_000;
    request.ontimeout = request.onerror;
    request.send(form ? new URLSearchParams(new FormData(form)) : null);
  });
}

/** Whether a page is the inbox; another one, such as the sign-in, is gone to. */
const isInbox = (page) => Boolean(page?.getElementById("list-body"));

/** Goes where the browser's buttons lead; a step inside the page is the browser's own. */
export function goBack() {
  if (location.pathname + location.search !== place) open(location.href, { push: false });
}

/** Opens an address of the inbox without leaving the page. */
export async function open(address, { push = true, replace = false, focus } = {}) {
  const ticket = ++latest;
  const answer = await load(address).catch(() => null);
  if (ticket !== latest) return;
  if (!isInbox(answer?.page)) {
    location.assign(address);
    return;
  }
  if (push) history.pushState(null, "", address);
  if (replace) history.replaceState(null, "", address);
  place = location.pathname + location.search;
  exchange(answer.page);
  if (focus === "row") updateList(answer.page, {});
  else showList(answer.page);
  showConversation(answer.page);
  scrollToTarget(true);
  setFocus(focus);
  shown();
}

/** Asks the server what the page looks like now, and takes over what changed. */
export async function refresh(options = {}) {
  const [ticket, address] = [latest, location.href];
  const answer = await load(address).catch(() => null);
  if (answer?.page?.querySelector("input[name=token]")) saySignedOut();
  if (!isInbox(answer?.page)) return;
  // Meanwhile another conversation was opened: this answer is about the one before.
  if (ticket !== latest || address !== location.href) {
    await refresh(options);
    return;
  }
  if (isOlder(answer.page)) return;
  exchange(answer.page);
  updateList(answer.page, options);
  updateConversation(answer.page);
  shown();
}

/** Leads to the sign-in, and back; what is being written stays until then. */
function saySignedOut() {
  const line = document.getElementById("live");
  const link = document.createElement("a");
  link.href = `/login?return=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "Signed out. Sign in again";
  line.dataset.state = "offline";
  line.replaceChildren(link);
}

/** Whether a page shows less of the log than this one. */
function isOlder(page) {
  return Number(page.body.dataset.position) < Number(document.body.dataset.position);
}

/** Posts a form of the conversation and shows what came of it. */
export async function act(form) {
  const ticket = ++latest;
  const buttons = form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  const answer = await load(form.action, form).catch(() => null);
  for (const button of buttons) button.disabled = false;
  if (ticket !== latest) return;
  if (!isInbox(answer?.page)) {
    sayUnsent(form, answer?.page?.querySelector("h1")?.textContent);
    return;
  }
  exchange(answer.page);
  updateList(answer.page, {});
  updateConversation(answer.page, true);
  const end = document.getElementById("log");
  end.scrollTop = end.scrollHeight;
  setFocus("control");
  shown();
}

/** Says that a form led nowhere; what was written stays. */
function sayUnsent(form, heading) {
  const control = form.closest(".control");
  control.querySelector(".problem")?.remove();
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.setAttribute("role", "alert");
  problem.textContent = heading
    ? `The server says: ${heading}. What you wrote is still here; open the page in a new tab.`
    : "The server cannot be reached. What you wrote is still here; send it again.";
  control.prepend(problem);
}

/** Takes over what belongs to the page as a whole. */
function exchange(page) {
  document.title = page.title;
  document.body.className = page.body.className;
  takeData(page.body, document.body);
  const [past, nextPast] = [document.querySelector(".past"), page.querySelector(".past")];
  past?.remove();
  if (nextPast) document.querySelector(".bar").after(nextPast);
}

/** Takes the data of an element over, and the lack of an address to follow. */
function takeData(from, to) {
  if (!from.dataset.live) delete to.dataset.live;
  Object.assign(to.dataset, from.dataset);
}

function showConversation(page) {
  document.getElementById("conversation").replaceWith(page.getElementById("conversation"));
  if (document.getElementById("announce")?.checked === false) {
    document.getElementById("log")?.setAttribute("aria-live", "off");
  }
}

/** Takes new entries over, and the head and the control if they differ. */
function updateConversation(page, isOwn = false) {
  const pane = document.getElementById("conversation");
  const next = page.getElementById("conversation");
  if (pane.dataset.conversation !== next.dataset.conversation || !next.dataset.conversation) {
    if (pane.dataset.conversation || next.dataset.conversation) showConversation(page);
    return;
  }
  takeData(next, pane);
  updateHead(page);
  updateLog(page);
  updateControl(page, isOwn);
}

function updateHead(page) {
  const head = document.getElementById("conversation-head");
  const next = page.getElementById("conversation-head");
  for (const details of head.querySelectorAll("details[id]")) {
    const same = next.querySelector(`#${details.id}`);
    if (same) same.open = details.open;
  }
  if (head.innerHTML === next.innerHTML || head.contains(document.activeElement)) return;
  head.replaceChildren(...next.childNodes);
}

/** Appends what is new, so that nothing moves and only that is read out. */
function updateLog(page) {
  const log = document.getElementById("log");
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  for (const day of page.querySelectorAll("#log .day")) {
    const same = log.querySelector(`.day[data-day="${day.dataset.day}"]`);
    if (!same) {
      log.querySelector("#end").before(day);
      continue;
    }
    for (const entry of day.querySelectorAll(".entry")) {
      if (document.getElementById(entry.id)) continue;
      entry.classList.add("fresh");
      same.querySelector(".entries").append(entry);
    }
  }
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

/** Keeps what is being written, unless the state is another one. */
function updateControl(page, isOwn) {
  const control = document.getElementById("control");
  const next = page.getElementById("control");
  if (!isOwn && control.dataset.state === next.dataset.state) {
    const { value } = next.querySelector("input[name=csrf]") ?? {};
    for (const field of control.querySelectorAll("input[name=csrf]")) field.value = value;
    return;
  }
  const written = new Map(
    [...control.querySelectorAll("textarea")].map((area) => [area.id, area.value]),
  );
  const hadFocus = control.contains(document.activeElement);
  control.dataset.state = next.dataset.state;
  control.replaceChildren(...next.childNodes);
  if (isOwn) return;
  for (const [id, text] of written) {
    const area = document.getElementById(id);
    if (area) area.value = text;
  }
  if (hadFocus) setFocus("control");
}

/** Goes to the message the address names, else to the end. */
export function scrollToTarget(toEnd) {
  const log = document.getElementById("log");
  const position = /^#m(\d+)$/.exec(location.hash)?.[1];
  const target = position && document.getElementById(`m${position}`);
  if (target) {
    target.classList.add("aimed");
    target.scrollIntoView({ block: "center" });
  } else if (log && position && !location.search.includes(`entry=${position}`)) {
    const around = new URL(location.href);
    around.searchParams.delete("before");
    around.searchParams.set("entry", position);
    open(around.href, { push: false, replace: true });
  } else if (log && toEnd) log.scrollTop = log.scrollHeight;
}

function setFocus(name) {
  const found = {
    row: () => document.querySelector("#rows a[aria-current]"),
    conversation: () => document.getElementById("conversation"),
    "as-of": () => document.getElementById("moment") ?? document.getElementById("conversation"),
    control: () =>
      document.querySelector("#control textarea#words") ??
      document.querySelector("#control button") ??
      document.getElementById("log"),
  }[name]?.();
  found?.focus({ preventScroll: true });
}
