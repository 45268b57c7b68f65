// The list: it never moves under the pointer.

let pending = null;

const rows = () => document.getElementById("rows");
const idsOf = (list) => [...list.children].map((row) => row.dataset.conversation);

/** Whether moving rows now would move what somebody points at or reads. */
function mustRest() {
  return rows().matches(":hover") || document.getElementById("list-body").scrollTop > 8;
}

export function setUpList() {
  document.getElementById("news")?.addEventListener("click", showNews);
  document.getElementById("list-body")?.addEventListener("mouseleave", () => {
    if (pending && !mustRest()) showNews();
  });
}

/** Shows a list as it came. */
export function showList(page) {
  const body = document.getElementById("list-body");
  const heading = page.getElementById("list-title").textContent;
  const isOther = heading !== document.getElementById("list-title").textContent;
  if (isOther) {
    document.getElementById("list").replaceChildren(...page.getElementById("list").childNodes);
    setUpList();
    pending = null;
    return;
  }
  const top = body.scrollTop;
  take(page);
  body.scrollTop = top;
}

/** Shows what changed; rows that would move wait until nobody points at them. */
export function updateList(page, { isAsked = false }) {
  const next = page.getElementById("rows");
  const [now, then] = [idsOf(rows()), idsOf(next)];
  const isMoved = now.length !== then.length || now.some((id, index) => id !== then[index]);
  if (!isMoved || isAsked || !mustRest()) {
    take(page);
    return;
  }
  pending = page;
  updateInPlace(next, then);
  offer(now, then);
}

/** Shows the rows that waited. */
export function showNews() {
  if (!pending) return;
  const page = pending;
  take(page);
  document.getElementById("list-body").scrollTop = 0;
  document.dispatchEvent(new Event("listshown"));
}

/** Exchanges the rows; whoever had the focus keeps it. */
function take(page) {
  pending = null;
  const known = new Set(idsOf(rows()));
  const focused = document.activeElement?.closest?.("#rows > .row")?.dataset.conversation;
  const next = [...page.getElementById("rows").children];
  for (const row of next) {
    if (known.size > 0 && !known.has(row.dataset.conversation)) row.classList.add("fresh");
  }
  rows().replaceChildren(...next);
  const body = document.getElementById("list-body");
  const nothing = page.querySelector("#list-body > .nothing-here");
  body.querySelector(":scope > .nothing-here")?.remove();
  if (nothing) rows().after(nothing);
  const notices = page.getElementById("list-notices");
  if (notices) document.getElementById("list-notices").replaceWith(notices);
  body.querySelector(".list-foot").replaceWith(page.querySelector("#list-body .list-foot"));
  document.getElementById("news").hidden = true;
  if (focused) {
    rows().querySelector(`[data-conversation="${focused}"] a`)?.focus({ preventScroll: true });
  }
}

/** Brings rows that stay up to date where they stand, and marks those that went. */
function updateInPlace(next, then) {
  for (const row of [...rows().children]) {
    const id = row.dataset.conversation;
    if (!then.includes(id)) {
      row.classList.add("gone");
      continue;
    }
    const same = next.querySelector(`[data-conversation="${id}"]`).cloneNode(true);
    const hadFocus = row.contains(document.activeElement);
    row.replaceWith(same);
    if (hadFocus) same.querySelector("a").focus({ preventScroll: true });
  }
}

/** Says how many rows came, went, or moved. */
function offer(now, then) {
  const came = then.filter((id) => !now.includes(id)).length;
  const button = document.getElementById("news");
  button.textContent = came > 0 ? `${came} new` : "Show the new order";
  button.hidden = false;
}
