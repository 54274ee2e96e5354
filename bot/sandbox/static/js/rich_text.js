import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { channelMention, mention } from "./mrkdwn.js";
import { written } from "./time.js";

const STYLES = [
  ["code", "code"],
  ["strike", "s"],
  ["italic", "em"],
  ["bold", "strong"],
  ["underline", "u"],
];

/** Draws a rich_text block: text elements are never parsed. */
export function richText(block, directory) {
  const out = el("div", { class: "rich-text" });
  for (const part of block.elements ?? []) out.append(section(part, directory));
  return out;
}

function section(part, directory) {
  switch (part.type) {
    case "rich_text_list": {
      const ordered = part.style === "ordered";
      const start = ordered && part.offset ? part.offset + 1 : null;
      const list = el(ordered ? "ol" : "ul", { class: `indent-${Math.min(part.indent ?? 0, 5)}`, start });
      for (const item of part.elements ?? []) list.append(el("li", {}, ...pieces(item, directory)));
      return list;
    }
    case "rich_text_preformatted":
      return el("pre", {}, el("code", {}, ...pieces(part, directory)));
    case "rich_text_quote":
      return el("blockquote", {}, ...pieces(part, directory));
    default:
      return el("p", {}, ...pieces(part, directory));
  }
}

const pieces = (part, directory) => (part.elements ?? []).map((piece) => styled(piece, leaf(piece, directory)));

function leaf(piece, directory) {
  switch (piece.type) {
    case "text":
      return document.createTextNode(piece.text);
    case "link":
      return link(piece.url, piece.text ?? piece.url);
    case "user":
      return mention(piece.user_id, directory);
    case "channel":
      return channelMention(piece.channel_id, null, directory);
    case "broadcast":
      return el("span", { class: "mention broadcast", text: `@${piece.range}` });
    case "usergroup":
      return el("span", { class: "mention", text: "@group" });
    case "emoji":
      return document.createTextNode(emoji(piece.name));
    case "date":
      return el("time", { text: written(piece.timestamp, piece.format) });
    case "color":
      return el("code", { text: piece.value });
    default:
      return el("span", { class: "unknown", text: `[${piece.type}]` });
  }
}

function styled(piece, node) {
  return STYLES.reduce((inner, [name, tag]) => (piece.style?.[name] ? el(tag, {}, inner) : inner), node);
}
