import { combobox } from "./combobox.js";
import { el, freshId } from "./dom.js";
import { textNode } from "./text.js";
import { fromLocalInput, toLocalInput } from "./time.js";

/** These are named by a label element that stands over the group, not by one that belongs to a single input. */
export const groupControls = new Set(["radio_buttons", "checkboxes"]);

/**
 * Draws the control of an element that holds a value; whatever is entered goes to the surface's drafts at once.
 * @param {object} how `id`, `label`, `labelledBy`, `describedBy`, `invalid`, `required`; `changed(value)` tells the
 *   app, or null where the app hears of it only with the submit.
 */
export function control(element, block, surface, how) {
  const draw = CONTROLS[element.type];
  if (!draw)
    return el("div", { class: "unknown", text: `This page cannot show an element of type “${element.type}”.` });
  const hold = (value, tell = true) => {
    surface.sheet.set(block.block_id, element, value);
    if (tell) how.changed?.(value);
  };
  const common = {
    id: how.id,
    "aria-label": how.id ? null : how.label,
    "aria-describedby": how.describedBy,
    "aria-invalid": how.invalid ? "true" : null,
    "data-action-id": element.action_id,
    "data-focus": `${surface.scope}/${block.block_id}/${element.action_id}`,
    autofocus: element.focus_on_load ?? false,
  };
  return draw({ element, block, surface, how, common, hold, value: surface.sheet.value(block.block_id, element) });
}

/** When the app wants to hear of typing: on Enter unless it says otherwise. */
function typing(element, how) {
  const on = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return { each: on.includes("on_character_entered"), enter: Boolean(how.changed) && on.includes("on_enter_pressed") };
}

function textInput(type, inputMode = null) {
  return ({ element, how, common, hold, value }) => {
    const { each, enter } = typing(element, how);
    const node = el(element.multiline ? "textarea" : "input", {
      ...common,
      class: "text-input",
      type: element.multiline ? null : type,
      inputmode: inputMode,
      rows: element.multiline ? 5 : null,
      placeholder: element.placeholder?.text,
      maxlength: element.max_length,
      autocomplete: "off",
      value: value ?? "",
      on: {
        input: () => hold(node.value === "" ? null : node.value, each),
        keydown: (event) => {
          if (event.key !== "Enter" || event.isComposing || !enter || element.multiline) return;
          event.preventDefault();
          hold(node.value === "" ? null : node.value);
        },
      },
    });
    return node;
  };
}

function nativeSelect({ element, surface, common, hold, value, how }) {
  const option = (one) =>
    el(
      "option",
      { value: one.value },
      textNode(one.text, surface),
      one.description ? ` – ${one.description.text}` : "",
    );
  const node = el("select", { ...common, class: "select", on: { change: () => hold(node.value || null) } });
  node.append(
    el("option", {
      value: "",
      disabled: how.required !== false,
      text: element.placeholder?.text ?? "Choose an option",
    }),
  );
  for (const group of element.option_groups ?? []) {
    node.append(el("optgroup", { label: group.label?.text ?? "" }, ...(group.options ?? []).map(option)));
  }
  node.append(...(element.options ?? []).map(option));
  node.value = value ?? "";
  return node;
}

function choices(type) {
  return ({ element, surface, how, common, hold, value }) => {
    const name = freshId("choice");
    const chosen = () => [...group.querySelectorAll("input:checked")].map((box) => box.value);
    const row = (option) => {
      const id = freshId("option");
      const box = el("input", {
        type,
        id,
        name,
        value: option.value,
        checked: type === "radio" ? value === option.value : value.includes(option.value),
        "data-focus": `${common["data-focus"]}/${option.value}`,
        on: { change: () => hold(type === "radio" ? box.value : chosen()) },
      });
      const described =
        option.description && el("span", { class: "option-hint" }, textNode(option.description, surface));
      return el(
        "div",
        { class: "choice" },
        box,
        el("label", { for: id }, el("span", { class: "prose" }, textNode(option.text, surface)), described),
      );
    };
    const group = el("div", {
      class: "choices",
      role: type === "radio" ? "radiogroup" : "group",
      "aria-label": how.labelledBy ? null : how.label,
      "aria-labelledby": how.labelledBy,
      "aria-describedby": how.describedBy,
      "data-action-id": element.action_id,
    });
    group.append(...(element.options ?? []).map(row));
    return group;
  };
}

function picker(type, { read = (text) => text || null, write = (value) => value ?? "" } = {}) {
  return ({ common, hold, value }) => {
    const node = el("input", {
      ...common,
      type,
      class: "text-input picker",
      on: { change: () => hold(read(node.value)) },
    });
    node.value = write(value);
    return node;
  };
}

function fileInput({ element, common, hold }) {
  const node = el("input", {
    ...common,
    type: "file",
    multiple: (element.max_files ?? 10) > 1,
    accept: element.filetypes?.map((one) => `.${one}`).join(","),
    on: {
      change: async () => {
        const files = await Promise.all(
          [...node.files].map(async (file) => ({ name: file.name, content: await file.text() })),
        );
        hold(files);
      },
    },
  });
  return node;
}

/** This page lets one type into a rich text input, without styles. */
const richWords = (text) => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
});

const wordsOf = (rich) =>
  (rich?.elements ?? []).map((part) => (part.elements ?? []).map((piece) => piece.text ?? "").join("")).join("\n");

const CONTROLS = {
  plain_text_input: textInput("text"),
  rich_text_input: (parts) =>
    textInput("text")({
      ...parts,
      element: { ...parts.element, multiline: true },
      value: wordsOf(parts.value),
      hold: (words, tell) => parts.hold(words && richWords(words), tell),
    }),
  email_text_input: textInput("text", "email"),
  url_text_input: textInput("text", "url"),
  number_input: textInput("text", "decimal"),
  static_select: nativeSelect,
  external_select: combobox,
  users_select: combobox,
  channels_select: combobox,
  conversations_select: combobox,
  multi_static_select: combobox,
  multi_external_select: combobox,
  multi_users_select: combobox,
  multi_channels_select: combobox,
  multi_conversations_select: combobox,
  radio_buttons: choices("radio"),
  checkboxes: choices("checkbox"),
  datepicker: picker("date"),
  timepicker: picker("time"),
  datetimepicker: picker("datetime-local", { read: fromLocalInput, write: toLocalInput }),
  file_input: fileInput,
};
