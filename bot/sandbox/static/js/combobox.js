import { el } from "./dom.js";
import { Listbox } from "./listbox.js";

const PAUSE_BEFORE_ASKING_MS = 200;

/** A select that is searched by typing: external options, people, channels, and every multi-select. */
export function combobox({ element, block, surface, how, common, hold, value }) {
  const many = element.type.startsWith("multi_");
  const find = source(element, block, surface);
  const names = new Map(find.known.map((option) => [option.value, option.label]));
  let chosen = many ? [...value] : value === null ? [] : [value];
  const nameOf = (one) => names.get(one) ?? surface.sheet.names?.get(one) ?? one;

  const field = el("input", {
    ...common,
    type: "text",
    class: "text-input",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: element.placeholder?.text ?? "Type to search",
  });
  const list = new Listbox(field, { label: `Options for ${how.label ?? "this"}`, choose: take });
  const chips = el("span", { class: "chips" });
  const wrap = el("div", { class: "combobox" }, chips, field, list.node);

  function tell() {
    hold(many ? [...chosen] : (chosen[0] ?? null));
    show();
  }

  function take(option) {
    remember(surface, option);
    names.set(option.value, option.label);
    if (!many) chosen = [option.value];
    else if (chosen.includes(option.value)) chosen = chosen.filter((one) => one !== option.value);
    else if (chosen.length < (element.max_selected_items ?? Infinity)) chosen.push(option.value);
    list.hide();
    field.value = "";
    tell();
  }

  function show() {
    chips.replaceChildren(...chosen.map(chip));
    wrap.classList.toggle("filled", chosen.length > 0);
  }

  function chip(one) {
    const name = nameOf(one);
    const drop = el("button", {
      type: "button",
      "aria-label": `Remove ${name}`,
      text: "×",
      on: {
        click: () => {
          chosen = chosen.filter((other) => other !== one);
          tell();
          field.focus();
        },
      },
    });
    return el("span", { class: "chip" }, el("span", { text: name }), drop);
  }

  let asked = 0;
  async function search() {
    const mine = ++asked;
    if (find.least > field.value.length) {
      list.show([], find.least === 1 ? "Type to search" : `Type at least ${find.least} characters`);
      return;
    }
    if (find.slow) {
      if (!list.open) list.show([], "Searching…");
      await new Promise((wake) => setTimeout(wake, PAUSE_BEFORE_ASKING_MS));
      if (mine !== asked) return;
    }
    const options = await find.matching(field.value);
    if (mine !== asked || document.activeElement !== field) return;
    list.show(
      options.map((option) => ({ ...option, chosen: chosen.includes(option.value) })),
      "Nothing found",
    );
  }

  field.addEventListener("input", search);
  field.addEventListener("focus", search);
  field.addEventListener("click", () => list.open || search());
  field.addEventListener("blur", () => {
    asked += 1;
    list.hide();
  });
  field.addEventListener("keydown", (event) => {
    if (list.key(event)) return;
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "ArrowDown") search();
    if (event.key === "Backspace" && field.value === "" && chosen.length > 0) {
      chosen.pop();
      tell();
    }
  });
  show();
  return wrap;
}

/** The label of a chosen option outlives the list that it came from. */
function remember(surface, option) {
  surface.sheet.names ??= new Map();
  surface.sheet.names.set(option.value, option.label);
}

const option = (one, group) => ({
  value: one.value,
  label: one.text?.text ?? one.value,
  hint: one.description?.text,
  group,
});
const grouped = (groups) =>
  (groups ?? []).flatMap((group) => (group.options ?? []).map((one) => option(one, group.label?.text)));

/** Where the options come from: the bot, the workspace, or the element itself. */
function source(element, block, surface) {
  const kind = element.type.replace("multi_", "");
  if (kind === "external_select") {
    const initial = [element.initial_option, ...(element.initial_options ?? [])].filter(Boolean);
    return {
      slow: true,
      least: element.min_query_length ?? 3,
      known: initial.map((one) => option(one)),
      matching: async (query) => {
        const answer = await surface.options(block.block_id, element, query);
        return [...(answer?.options ?? []).map((one) => option(one)), ...grouped(answer?.option_groups)];
      },
    };
  }
  const all = () => {
    const { people, channels } = surface.directory.state;
    if (kind === "users_select")
      return people.map((one) => ({ value: one.id, label: one.real_name ?? one.name, hint: one.title }));
    if (kind === "static_select")
      return [...(element.options ?? []).map((one) => option(one)), ...grouped(element.option_groups)];
    const open = channels.filter((one) => one.kind !== "im" && !one.is_archived);
    return open.map((one) => ({ value: one.id, label: `#${one.name}` }));
  };
  const has = (text, query) => (text ?? "").toLowerCase().includes(query.toLowerCase());
  return {
    slow: false,
    least: 0,
    known: all(),
    matching: async (query) => all().filter((one) => has(one.label, query) || has(one.hint, query)),
  };
}
