import { el, freshId } from "./dom.js";

/** Suggestions under (or over) a text field; the field keeps the focus, the arrow keys move the mark. */
export class Listbox {
  #field;
  #options = [];
  #marked = 0;
  #choose;

  /**
   * @param {HTMLElement} field gets the combobox role
   * @param {{label: string, choose: (option: object) => void}} how
   */
  constructor(field, { label, choose }) {
    this.#field = field;
    this.#choose = choose;
    this.node = el("ul", { class: "listbox", role: "listbox", id: freshId("list"), "aria-label": label, hidden: true });
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.node.id);
    field.setAttribute("aria-expanded", "false");
  }

  get open() {
    return !this.node.hidden;
  }

  /**
   * @param {Array<{label: string, hint?: string, group?: string, chosen?: boolean}>} options
   * @param {string} otherwise said if there are none
   */
  show(options, otherwise = "") {
    this.#options = options;
    this.#marked = 0;
    let group = null;
    const rows = [];
    for (const [index, option] of options.entries()) {
      if (option.group && option.group !== group)
        rows.push(el("li", { class: "group", role: "presentation", text: option.group }));
      group = option.group;
      rows.push(this.#row(option, index));
    }
    if (rows.length === 0 && otherwise)
      rows.push(el("li", { class: "nothing", role: "presentation", text: otherwise }));
    this.node.replaceChildren(...rows);
    this.node.hidden = rows.length === 0;
    this.#field.setAttribute("aria-expanded", String(!this.node.hidden));
    this.#mark(0);
    this.node.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.node.hidden = true;
    this.#field.setAttribute("aria-expanded", "false");
    this.#field.removeAttribute("aria-activedescendant");
  }

  /** @returns {boolean} whether the key was for the list. */
  key(event) {
    if (!this.open || event.isComposing) return false;
    const count = this.#options.length;
    if (event.key === "Escape") this.hide();
    else if (count === 0) return false;
    else if (event.key === "ArrowDown") this.#mark((this.#marked + 1) % count);
    else if (event.key === "ArrowUp") this.#mark((this.#marked - 1 + count) % count);
    else if (event.key === "Enter" || event.key === "Tab") this.#choose(this.#options[this.#marked]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #row(option, index) {
    return el(
      "li",
      {
        role: "option",
        id: `${this.node.id}-${index}`,
        class: option.chosen ? "chosen" : null,
        on: {
          pointerdown: (event) => event.preventDefault(), // the field keeps the focus
          click: () => this.#choose(option),
        },
      },
      el("span", { class: "option-label", text: option.label }),
      option.hint && el("span", { class: "option-hint", text: option.hint }),
    );
  }

  #mark(index) {
    this.#marked = index;
    for (const row of this.node.querySelectorAll('[role="option"]')) {
      const here = row.id === `${this.node.id}-${index}`;
      row.setAttribute("aria-selected", String(here));
      if (!here) continue;
      this.#field.setAttribute("aria-activedescendant", row.id);
      if (this.open) row.scrollIntoView({ block: "nearest" });
    }
  }
}
