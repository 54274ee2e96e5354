import { confirmed } from "./confirm.js";
import { el, safeLink } from "./dom.js";
import { control } from "./controls.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { picture, textNode } from "./text.js";

/** Draws an element that acts at once: in an actions block, or beside a section. */
export function action(element, block, surface) {
  switch (element.type) {
    case "button":
    case "workflow_button":
      return button(element, block, surface);
    case "overflow":
      return overflow(element, block, surface);
    case "image":
      return picture(element);
    case "feedback_buttons":
      return feedback(element, block, surface);
    case "icon_button":
      return button(
        { ...element, accessibility_label: element.accessibility_label ?? element.text?.text },
        block,
        surface,
      );
    default:
      return chooser(element, block, surface);
  }
}

/** Presses, after asking where the app wants it asked; the control is busy until the app has acknowledged. */
async function press(node, element, block, surface, value, confirm = element.confirm) {
  if (confirm && !(await confirmed(node, confirm, surface))) return false;
  node.setAttribute("aria-busy", "true");
  try {
    await surface.press(block.block_id, element, value);
  } finally {
    node.removeAttribute("aria-busy");
  }
  return true;
}

function button(element, block, surface) {
  const style = element.style ? ` ${element.style === "danger" ? "danger" : "primary"}` : "";
  const common = {
    class: `button${style}`,
    "aria-label": element.accessibility_label,
    "data-action-id": element.action_id,
    "data-focus": `${surface.scope}/${block.block_id}/${element.action_id}`,
  };
  const go = () => node.getAttribute("aria-busy") || press(node, element, block, surface, element.value ?? null);
  const address = element.url && safeLink(element.url);
  const node = address
    ? el("a", { ...common, href: address, target: "_blank", rel: "noopener noreferrer", on: { click: go } })
    : el("button", { ...common, type: "button", on: { click: go } });
  node.append(textNode(element.text, surface));
  if (address) node.append(el("span", { "aria-hidden": "true", text: " ↗" }));
  return node;
}

function overflow(element, block, surface) {
  const node = el("button", {
    type: "button",
    class: "button overflow",
    "aria-label": "More actions",
    "aria-haspopup": "menu",
    "data-action-id": element.action_id,
    "data-focus": `${surface.scope}/${block.block_id}/${element.action_id}`,
  });
  node.append(icon("more"));
  const items = (element.options ?? []).map((option) => ({
    label: textNode(option.text, surface),
    hint: option.description?.text,
    choose: () => press(node, element, block, surface, option.value),
  }));
  node.addEventListener("click", () =>
    openMenu(node, {
      label: "More actions",
      items: items.map((item) => ({ ...item, label: item.label.cloneNode(true) })),
    }),
  );
  return node;
}

function feedback(element, block, surface) {
  const thumb = (side, sign) => {
    const choice = element[side];
    const node = el("button", {
      type: "button",
      class: "button thumb",
      "aria-label": choice.accessibility_label ?? choice.text?.text,
      title: choice.text?.text,
      on: { click: () => press(node, element, block, surface, choice.value) },
    });
    node.append(icon(sign));
    return node;
  };
  return el(
    "span",
    { class: "feedback" },
    thumb("positive_button", "thumb_up"),
    thumb("negative_button", "thumb_down"),
  );
}

/** A select, radio group, checkboxes or picker that tells the app as soon as it changes. */
function chooser(element, block, surface) {
  const before = surface.sheet.value(block.block_id, element);
  const named = { label: element.placeholder?.text ?? element.type.replaceAll("_", " ") };
  const draw = () =>
    control(element, block, surface, {
      ...named,
      changed: async (value) => {
        if (await press(host, element, block, surface, value)) return;
        surface.sheet.set(block.block_id, element, before);
        host.replaceChildren(draw());
      },
    });
  const host = el("div", { class: `chooser chooser-${element.type}` });
  host.append(draw());
  return host;
}
