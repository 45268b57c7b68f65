// Times as people say them. The server writes them once; here they stay true.

const steps = [
  [60, 1, "s"],
  [3600, 60, "min"],
  [86400, 3600, "h"],
  [86400 * 14, 86400, "d"],
];

/** The words for a time, as the server writes them (RelativeTime.swift). */
function ago(milliseconds, fallback) {
  const seconds = Math.max(0, Math.floor((Date.now() - milliseconds) / 1000));
  if (seconds < 10) return "now";
  for (const [end, unit, name] of steps) {
    if (seconds < end) return `${Math.floor(seconds / unit)} ${name}`;
  }
  return fallback;
}

/** Brings the relative times up to date and says absolute ones in the reader's own zone too. */
export function readTimes() {
  for (const time of document.querySelectorAll("time.when")) {
    const moment = Date.parse(time.dateTime);
    if (Number.isNaN(moment)) continue;
    const words = ago(moment, time.dateTime.slice(0, 10));
    if (time.textContent !== words) time.textContent = words;
  }
}
