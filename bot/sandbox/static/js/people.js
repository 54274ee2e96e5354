import { el } from "./dom.js";

const COLOURS = 8;
const KINDS = { guest: "guest", stranger: "from another organisation", deactivated: "deactivated" };

/** What a person is, in a few words. */
export function described({ title, kind }) {
  const word = KINDS[kind];
  const said = title?.toLowerCase() === word ? [title] : [title, word];
  return said.filter(Boolean).join(" · ") || "member";
}

/** A person's sign: initials on a colour of their own. */
export function avatar({ id, name, app }, size = "") {
  const words = name.trim().split(/\s+/);
  const initials = app ? "✦" : (words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "");
  const colour = app ? "app" : `colour-${[...id].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % COLOURS}`;
  return el("span", { class: `avatar ${colour} ${size}`, "aria-hidden": "true", text: initials.toUpperCase() });
}
