import { control, groupControls } from "./controls.js";
import { el, freshId } from "./dom.js";
import { textNode } from "./text.js";

/** Draws an input block: its label, the control, the hint, and the error that stands against it. */
export function inputBlock(block, surface, error) {
  const element = block.element;
  const grouped = groupControls.has(element.type);
  const id = freshId("input");
  const notes = [];
  const hint = block.hint && el("p", { class: "hint", id: `${id}-hint` }, textNode(block.hint, surface));
  if (hint) notes.push(hint.id);
  const wrong = error && el("p", { class: "field-error", id: `${id}-error`, role: "alert", text: error });
  if (wrong) notes.push(wrong.id);
  const optional = block.optional ? el("span", { class: "optional", text: " (optional)" }) : null;
  const label = grouped
    ? el("span", { class: "label", id: `${id}-label` }, textNode(block.label, surface), optional)
    : el("label", { class: "label", for: id }, textNode(block.label, surface), optional);
  const node = control(element, block, surface, {
    id,
    label: block.label?.text,
    labelledBy: grouped ? `${id}-label` : null,
    describedBy: notes.join(" ") || null,
    invalid: Boolean(error),
    required: !block.optional,
    changed: block.dispatch_action ? (value) => surface.press(block.block_id, element, value) : null,
  });
  return el("div", { class: error ? "has-error" : "", "data-block-id": block.block_id }, label, node, wrong, hint);
}
