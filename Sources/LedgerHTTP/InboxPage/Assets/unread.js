// What this reader has seen, for each user and conversation, kept in this browser.
//
// A conversation is unread if its last message is behind what was seen of it; what was there when
// the user first came to this page counts as seen, and so does what has ended or was imported. An
// auditor's reading marks nothing.

const limit = 2000;
const key = () => `seen:${document.body.dataset.user}`;

function load() {
  try {
    const known = JSON.parse(localStorage.getItem(key()));
    if (known && typeof known.since === "number" && known.seen) return known;
  } catch {
    // What cannot be read is as good as nothing.
  }
  return { since: Number(document.body.dataset.position), seen: {} };
}

function store(known) {
  const entries = Object.entries(known.seen);
  if (entries.length > limit) {
    entries.sort((one, other) => other[1][0] - one[1][0]);
    known.seen = Object.fromEntries(entries.slice(0, limit));
  }
  try {
    localStorage.setItem(key(), JSON.stringify(known));
  } catch {
    // A full or forbidden store only forgets.
  }
}

/** Notes that the open conversation has been read to its end. */
export function markSeen() {
  const known = load();
  const pane = document.querySelector("#conversation[data-conversation]");
  const isRead = document.visibilityState === "visible" && document.body.dataset.marks === "yes";
  if (pane && isRead && pane.dataset.unread !== "kept") {
    known.seen[pane.dataset.conversation] = [
      Number(pane.dataset.message),
      Number(pane.dataset.messages),
    ];
  }
  store(known);
}

/** Makes the open conversation unread again, until it is opened anew. */
export function markUnread() {
  const pane = document.querySelector("#conversation[data-conversation]");
  if (!pane || document.body.dataset.marks !== "yes") return;
  const known = load();
  known.seen[pane.dataset.conversation] = [0, Number(pane.dataset.messages) - 1];
  pane.dataset.unread = "kept";
  store(known);
  showUnread();
}

/** Shows in the list and in the title what is unread. */
export function showUnread() {
  const known = load();
  let total = 0;
  for (const row of document.querySelectorAll("#rows > .row")) {
    const { conversation, message, messages, read } = row.dataset;
    const seen = known.seen[conversation];
    const last = Number(message || 0);
    // What was marked as unread stays so, whatever it is.
    const isMarked = seen !== undefined && seen[0] === 0;
    const isUnread = last > (seen ? seen[0] : known.since) && (read !== "yes" || isMarked);
    // What was there before counts as seen, so that what comes can be counted.
    if (!seen && !isUnread) known.seen[conversation] = [last, Number(messages)];
    const count = seen ? Math.max(1, Number(messages) - seen[1]) : Number(messages);
    row.classList.toggle("unread", isUnread);
    show(row, isUnread ? count : 0);
    if (isUnread) total += 1;
  }
  store(known);
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = total > 0 ? `(${total}) ${title}` : title;
}

function show(row, count) {
  const link = row.querySelector("a");
  let mark = row.querySelector(".count-new");
  if (count === 0) {
    mark?.remove();
    return;
  }
  if (!mark) {
    mark = document.createElement("span");
    mark.className = "count-new";
    link.append(mark);
  }
  const words = document.createElement("span");
  words.className = "unseen";
  words.textContent = " unread";
  mark.replaceChildren(count > 9 ? "9+" : String(count), words);
}
