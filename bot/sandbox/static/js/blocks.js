import { el, keep, link } from "./dom.js";
import { action } from "./elements.js";
import { icon } from "./icons.js";
import { inputBlock } from "./inputs.js";
import { markdown } from "./markdown.js";
import { richText } from "./rich_text.js";
import { picture, textNode } from "./text.js";

/**
 * Where blocks are shown, and what can be done there.
 * @typedef {object} Surface
 * @property {object} directory resolves ids to people and channels
 * @property {string} scope tells this surface from others
 * @property {object} sheet the drafts of this surface
 * @property {(blockId: string, element: object, value: unknown) => Promise<void>} press tells the bot
 * @property {(blockId: string, element: object, query: string) => Promise<object|null>} options asks the bot
 */

/** Shows the blocks in the container and leaves alone the ones that did not change. */
export function showBlocks(container, blocks, surface, errors = {}) {
  keep(container, blocks ?? [], {
    key: (block) => block.block_id ?? `at-${blocks.indexOf(block)}`,
    stamp: (block) => JSON.stringify([block, errors[block.block_id] ?? null]),
    draw: (block) => drawBlock(block, surface, errors[block.block_id]),
  });
}

function drawBlock(block, surface, error) {
  const draw = DRAW[block.type] ?? unknown;
  const node = draw(block, surface, error);
  node.classList.add("block", `block-${block.type}`);
  return node;
}

const STEP = { pending: "to come", in_progress: "under way…", complete: "done", error: "failed" };

const DRAW = {
  section(block, surface) {
    const words = el("div", { class: "section-words" });
    if (block.text) words.append(el("div", { class: "prose" }, textNode(block.text, surface)));
    if (block.fields) {
      const fields = block.fields.map((field) => el("div", { class: "field prose" }, textNode(field, surface)));
      words.append(el("div", { class: "fields" }, ...fields));
    }
    const accessory = block.accessory && el("div", { class: "accessory" }, action(block.accessory, block, surface));
    return el("div", {}, words, accessory);
  },
  header: (block, surface) => el("h3", {}, textNode(block.text, surface)),
  divider: () => el("hr"),
  context: (block, surface) =>
    el("div", { class: "prose" }, ...(block.elements ?? []).map((one) => contextPiece(one, surface))),
  actions: (block, surface) =>
    el("div", { role: "group" }, ...(block.elements ?? []).map((element) => action(element, block, surface))),
  context_actions: (block, surface) =>
    el("div", { role: "group" }, ...(block.elements ?? []).map((element) => action(element, block, surface))),
  input: inputBlock,
  image: (block, surface) =>
    el("figure", {}, block.title && el("figcaption", {}, textNode(block.title, surface)), picture(block)),
  rich_text: (block, surface) => richText(block, surface.directory),
  markdown: (block) => el("div", { class: "prose" }, markdown(block.text)),
  video: (block, surface) =>
    el(
      "div",
      { class: "plain-card" },
      icon("play"),
      " ",
      block.title_url ? link(block.title_url, textNode(block.title, surface)) : textNode(block.title, surface),
    ),
  file: (block) => el("div", { class: "plain-card" }, icon("file"), ` File ${block.external_id ?? ""}`),
  table: (block, surface) => table(block.rows ?? [], surface),
  data_table: (block, surface) => table(block.rows ?? [], surface, block.caption),
  task_card: (block) =>
    el("div", { class: "plain-card" }, block.title, " · ", STEP[block.status] ?? block.status ?? ""),
  alert: (block, surface) =>
    el("div", { class: `alert-${block.level ?? "default"}`, role: "note" }, textNode(block.text, surface)),
};

function unknown(block) {
  return el("div", { class: "unknown", text: `This page cannot show a block of type “${block.type}”.` });
}

function contextPiece(piece, surface) {
  if (piece.type === "image") return el("span", { class: "context-image" }, picture(piece));
  return el("span", { class: "context-text" }, textNode(piece, surface));
}

function table(rows, surface, caption) {
  const cell = (one, tag) => {
    const content = one?.type === "rich_text" ? richText(one, surface.directory) : (one?.text?.text ?? one?.text ?? "");
    return el(tag, {}, content);
  };
  const row = (cells, index) =>
    el("tr", {}, ...(cells.cells ?? cells).map((one) => cell(one, index === 0 ? "th" : "td")));
  return el(
    "div",
    { class: "scroll-x" },
    el("table", {}, caption && el("caption", { text: caption.text ?? caption }), ...rows.map(row)),
  );
}
