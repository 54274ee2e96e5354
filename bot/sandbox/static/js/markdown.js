import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";

const INLINE = new RegExp(
  [
    /(`+)(.+?)\1/, // code
    /!\[([^\]]*)\]\([^)\s]*\)/, // image
    /\[([^\]]+)\]\(([^)\s]+)\)/, // link
    /\*\*(?=\S)(.+?\S?)\*\*/, // bold
    /~~(.+?)~~/, // struck
    /(?<![\w*])[*_](?=[^\s*_])([^*_\n]*[^\s*_])[*_](?!\w)/, // italic
    /(https?:\/\/[^\s<>]+[^\s<>.,;:!?)])/, // bare address
    /:([a-z0-9_+-]+):/, // emoji
  ]
    .map((part) => part.source)
    .join("|"),
  "g",
);
const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;

/** Draws standard markdown (the `markdown` block): headings, lists, tables, fences, quotes; nothing in it is HTML. */
export function markdown(text) {
  const out = document.createDocumentFragment();
  const lines = text.split("\n");
  for (let at = 0; at < lines.length;) at = piece(lines, at, out);
  return out;
}

/** Draws the piece that begins at a line. @returns {number} the line after it. */
function piece(lines, at, out) {
  const line = lines[at];
  if (!line.trim()) return at + 1;
  if (/^\s*```/.test(line)) return fence(lines, at, out);
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading) {
    out.append(el(`h${Math.min(heading[1].length + 3, 6)}`, {}, ...inline(heading[2])));
    return at + 1;
  }
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
    out.append(el("hr"));
    return at + 1;
  }
  if (/^\s*>/.test(line)) return quote(lines, at, out);
  if (line.includes("|") && /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(lines[at + 1] ?? "")) return table(lines, at, out);
  if (ITEM.test(line)) return list(lines, at, out);
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !/^\s*(```|>|#{1,6}\s)/.test(lines[end]) && !ITEM.test(lines[end]))
    end += 1;
  out.append(el("p", {}, ...inline(lines.slice(at, end).join("\n"))));
  return end;
}

function fence(lines, at, out) {
  let end = at + 1;
  while (end < lines.length && !/^\s*```\s*$/.test(lines[end])) end += 1;
  out.append(el("pre", {}, el("code", { text: lines.slice(at + 1, end).join("\n") })));
  return end + 1;
}

function quote(lines, at, out) {
  let end = at;
  while (end < lines.length && /^\s*>/.test(lines[end])) end += 1;
  const inner = lines.slice(at, end).map((line) => line.replace(/^\s*> ?/, ""));
  out.append(el("blockquote", {}, markdown(inner.join("\n"))));
  return end;
}

function list(lines, at, out) {
  const [, indent, bullet] = ITEM.exec(lines[at]);
  const ordered = /\d/.test(bullet);
  const node = el(ordered ? "ol" : "ul", { start: ordered ? Number.parseInt(bullet, 10) : null });
  let end = at;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end]);
    if (!item || item[1].length < indent.length) break;
    if (item[1].length > indent.length) {
      end = list(lines, end, node.lastElementChild);
      continue;
    }
    if (/\d/.test(item[2]) !== ordered) break;
    const task = /^\[([ xX])\]\s+(.*)$/.exec(item[3]);
    const box = task && el("input", { type: "checkbox", checked: task[1] !== " ", disabled: true });
    node.append(el("li", { class: task ? "task" : null }, box, ...inline(task ? task[2] : item[3])));
    end += 1;
  }
  out.append(node);
  return end;
}

function table(lines, at, out) {
  const cells = (line) =>
    line
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|")
      .map((cell) => cell.trim());
  const row = (line, tag) => el("tr", {}, ...cells(line).map((cell) => el(tag, {}, ...inline(cell))));
  let end = at + 2;
  const body = el("tbody");
  while (end < lines.length && lines[end].includes("|")) body.append(row(lines[end++], "td"));
  out.append(el("div", { class: "scroll-x" }, el("table", {}, el("thead", {}, row(lines[at], "th")), body)));
  return end;
}

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > at) nodes.push(text.slice(at, match.index));
    nodes.push(span(match));
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(text.slice(at));
  return nodes;
}

function span([, ticks, code, alternative, label, target, bold, struck, italic, address, short]) {
  if (ticks) return el("code", { text: code });
  if (alternative !== undefined) return el("em", { text: alternative || "image" });
  if (label !== undefined) return link(target, ...inline(label));
  if (bold !== undefined) return el("strong", {}, ...inline(bold));
  if (struck !== undefined) return el("s", {}, ...inline(struck));
  if (italic !== undefined) return el("em", {}, ...inline(italic));
  if (address !== undefined) return link(address, address);
  return emoji(short);
}
