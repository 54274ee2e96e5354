const MINUTE = 60;
const DAY = 86_400;

/** @param {string} ts Slack's message time, "1700000000.000100". */
export const moment = (ts) => new Date(Number.parseFloat(ts) * 1000);

export const clock = (date) => new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(date);

export const dayKey = (date) => `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;

const longDay = (date) =>
  new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" }).format(date);

/** "Today", "Yesterday", "Tomorrow", or null if the day has no such name. */
function nearName(date) {
  const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  const days = Math.round((midnight(date) - midnight(new Date())) / (DAY * 1000));
  return { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" }[days] ?? null;
}

/** The heading between the messages of two days. */
export const dayName = (date) => nearName(date) ?? longDay(date);

const shapes = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "numeric", minute: "2-digit" },
  time_secs: { hour: "numeric", minute: "2-digit", second: "2-digit" },
};

function ago(date) {
  const seconds = Math.round((date.getTime() - Date.now()) / 1000);
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  if (Math.abs(seconds) < MINUTE) return words.format(seconds, "second");
  if (Math.abs(seconds) < 60 * MINUTE) return words.format(Math.round(seconds / MINUTE), "minute");
  if (Math.abs(seconds) < DAY) return words.format(Math.round(seconds / (60 * MINUTE)), "hour");
  return words.format(Math.round(seconds / DAY), "day");
}

/** Writes a moment by Slack's date tokens ("{date_short_pretty} {time}"), in the reader's own zone. */
export function written(seconds, format) {
  const date = new Date(seconds * 1000);
  return format.replace(/\{(\w+)\}/g, (token, name) => {
    if (name === "ago") return ago(date);
    const pretty = name.endsWith("_pretty");
    const shape =
      shapes[pretty ? name.slice(0, -"_pretty".length) : name] ??
      (name === "day_divider_pretty" ? shapes.date_long : null);
    if (!shape) return token;
    const near = pretty || name === "day_divider_pretty" ? nearName(date) : null;
    return near ?? new Intl.DateTimeFormat(undefined, shape).format(date);
  });
}

const twoDigits = (number) => String(number).padStart(2, "0");

/** @param {number|null} seconds @returns {string} what an input of type datetime-local holds. */
export function toLocalInput(seconds) {
  if (seconds === null || seconds === undefined) return "";
  const at = new Date(seconds * 1000);
  const day = `${at.getFullYear()}-${twoDigits(at.getMonth() + 1)}-${twoDigits(at.getDate())}`;
  return `${day}T${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
}

/** @param {string} text @returns {number|null} epoch seconds. */
export const fromLocalInput = (text) => (text ? Math.floor(new Date(text).getTime() / 1000) : null);
