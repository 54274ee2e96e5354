import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { written } from "./time.js";

const FENCE = /```\n?([\s\S]*?)\n?```/g;
const TOKEN = /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+-]+):|(https?:\/\/[^\s<>|"]+[^\s<>|".,;:!?)\]])|([*_~])/g;
const WRAPPED = {
  "*": { tag: "strong", shape: /\*(?=[^\s*])([^\n]*?[^\s])\*(?![\p{L}\p{N}])/uy },
  _: { tag: "em", shape: /_(?=[^\s_])([^\n]*?[^\s])_(?![\p{L}\p{N}])/uy },
  "~": { tag: "s", shape: /~(?=[^\s~])([^\n]*?[^\s])~(?![\p{L}\p{N}])/uy },
};

/** Turns Slack's three escapes back, in text that is about to become a text node. */
export const unescaped = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/**
 * Draws Slack's mrkdwn.
 * @param {string} text escaped as Slack does
 * @param {{who: (id: string) => {name: string}, channel: (id: string) => {name: string}|undefined}} directory
 * @returns {DocumentFragment}
 */
export function mrkdwn(text, directory) {
  const out = document.createDocumentFragment();
  let at = 0;
  for (const match of text.matchAll(FENCE)) {
    quotesAndLines(text.slice(at, match.index).replace(/\n$/, ""), out, directory);
    out.append(el("pre", {}, el("code", { text: unescaped(match[1]) })));
    at = match.index + match[0].length;
  }
  quotesAndLines(at ? text.slice(at).replace(/^\n/, "") : text, out, directory);
  return out;
}

function quotesAndLines(text, out, directory) {
  if (!text) return;
  const lines = text.split("\n");
  const quoted = (line) => /^(&gt;|>)/.test(line);
  for (let at = 0; at < lines.length;) {
    const restOfAll = /^(&gt;|>){3}/.test(lines[at]);
    const start = at;
    const isQuote = quoted(lines[at]);
    while (at < lines.length && (restOfAll || quoted(lines[at]) === isQuote)) at += 1;
    const part = lines.slice(start, at);
    if (!isQuote) {
      inline(part.join("\n"), out, directory);
      continue;
    }
    const bare = restOfAll
      ? [part[0].replace(/^(&gt;|>){3} ?/, ""), ...part.slice(1)]
      : part.map((line) => line.replace(/^(&gt;|>) ?/, ""));
    const quote = el("blockquote");
    inline(bare.join("\n"), quote, directory);
    out.append(quote);
  }
}

function inline(text, out, directory) {
  let at = 0;
  const flush = (until) => until > at && out.append(unescaped(text.slice(at, until)));
  const finder = new RegExp(TOKEN);
  for (let match = finder.exec(text); match; match = finder.exec(text)) {
    const [whole, code, angle, short, address, sign] = match;
    let node = null;
    let length = whole.length;
    if (code !== undefined) node = el("code", { text: unescaped(code) });
    else if (angle !== undefined) node = special(angle, directory);
    else if (short !== undefined) node = document.createTextNode(emoji(short));
    else if (address !== undefined) node = link(unescaped(address), unescaped(address));
    else [node, length] = wrapped(text, match.index, sign, directory);
    if (!node) continue;
    flush(match.index);
    out.append(node);
    at = match.index + length;
    finder.lastIndex = at;
  }
  flush(text.length);
}

/** Bold, italic, struck: only where the sign stands at a word's edge. */
function wrapped(text, index, sign, directory) {
  const { tag, shape } = WRAPPED[sign];
  if (index > 0 && /[\p{L}\p{N}]/u.test(text[index - 1])) return [null, 1];
  shape.lastIndex = index;
  const match = shape.exec(text);
  if (!match) return [null, 1];
  const node = el(tag);
  inline(match[1], node, directory);
  return [node, match[0].length];
}

/** What stands between < and >: a person, a channel, a broadcast, a date or a link. */
function special(body, directory) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? null : unescaped(body.slice(bar + 1));
  const id = target.slice(1);
  if (/^@[UWB]\w+$/.test(target)) return mention(id, directory);
  if (/^#[CGD]\w+$/.test(target)) return channelMention(id, label, directory);
  const date = /^!date\^(\d+)\^([^^]*)(?:\^(.+))?$/.exec(target);
  if (date) {
    const words = el("time", {
      datetime: new Date(Number(date[1]) * 1000).toISOString(),
      title: label,
      text: written(Number(date[1]), unescaped(date[2])),
    });
    return date[3] ? link(unescaped(date[3]), words) : words;
  }
  if (/^!(channel|here|everyone)$/.test(target)) return el("span", { class: "mention broadcast", text: `@${id}` });
  if (target.startsWith("!subteam^")) return el("span", { class: "mention", text: label ?? "@group" });
  if (target.startsWith("!")) return document.createTextNode(label ?? `<${unescaped(target)}>`);
  if (/^(https?:|mailto:)/i.test(target))
    return link(unescaped(target), label ?? unescaped(target).replace(/^mailto:/i, ""));
  return document.createTextNode(`<${unescaped(body)}>`);
}

/** A person or the app, named; marked when it is the reader. */
export function mention(id, directory) {
  const mine = id === directory.person ? " me" : "";
  return el("span", { class: `mention${mine}`, text: `@${directory.who(id).name}` });
}

/** A channel, named; following it goes there if the reader can see it. */
export function channelMention(id, label, directory) {
  const channel = directory.channel(id);
  if (!channel) return el("span", { class: "mention", text: label ? `#${label}` : "a private channel" });
  return el("a", { class: "mention", href: "#", "data-go": id, text: `#${channel.name}` });
}
