import { el } from "./dom.js";
import { icon } from "./icons.js";
import { Listbox } from "./listbox.js";

const TALLEST_PX = 220;

/** Where one writes. What is written belongs to a person and a conversation, and stays until it is sent. */
export class Composer {
  #workspace;
  #texts;
  #field;
  #list;
  #sender;
  #target = null;
  #person = null;

  /** @param {Map<string, string>} texts what was written and not sent, shared by all composers */
  constructor(host, workspace, texts) {
    this.#workspace = workspace;
    this.#texts = texts;
    this.#field = el("textarea", {
      rows: 1,
      class: "composer-field",
      on: {
        input: () => this.#typed(),
        keydown: (event) => this.#key(event),
        blur: () => this.#list.hide(),
      },
    });
    this.#list = new Listbox(this.#field, { label: "Suggestions", choose: (option) => this.#complete(option) });
    this.#field.removeAttribute("role"); // it stays a text area of several lines; the suggestions are an extra
    this.#sender = el(
      "button",
      { type: "button", class: "button primary solid send", "aria-label": "Send", on: { click: () => this.#send() } },
      icon("send"),
    );
    host.append(this.#list.node, el("div", { class: "composer-box" }, this.#field, this.#sender));
  }

  /**
   * @param {{channel: string, thread_ts?: string|null, label: string, closed?: string}} target
   *   closed: why nothing can be said there
   */
  show(target) {
    const key = this.#keyOf(target);
    this.#field.placeholder = target.closed || target.label;
    this.#field.disabled = Boolean(target.closed);
    this.#sender.disabled = Boolean(target.closed);
    this.#field.setAttribute("aria-label", target.label);
    const same = this.#target && this.#keyOf(this.#target) === key && this.#person === this.#workspace.person;
    this.#target = target;
    this.#person = this.#workspace.person;
    if (same) return;
    this.#list.hide();
    this.#field.value = this.#texts.get(key) ?? "";
    this.#grow();
  }

  focus() {
    this.#field.focus();
  }

  /** Puts words in, as a suggested prompt does, and sends them. */
  say(text) {
    this.#field.value = text;
    return this.#send();
  }

  #keyOf({ channel, thread_ts: thread }) {
    return `${this.#workspace.person}/${channel}/${thread ?? ""}`;
  }

  #typed() {
    this.#texts.set(this.#keyOf(this.#target), this.#field.value);
    this.#grow();
    const options = this.#suggestions();
    if (options.length) this.#list.show(options);
    else this.#list.hide();
  }

  #grow() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${Math.min(this.#field.scrollHeight, TALLEST_PX)}px`;
  }

  #key(event) {
    if (
      event.key === "Enter" &&
      this.#list.open &&
      this.#suggestions().some((one) => one.insert.trim() === this.#field.value.trim())
    )
      this.#list.hide();
    if (this.#list.key(event)) return;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  /** Commands at the start of the text, people and the app after an @. */
  #suggestions() {
    const text = this.#field.value.slice(0, this.#field.selectionStart);
    const { state } = this.#workspace;
    if (text.startsWith("/") && !text.includes("\n")) {
      const word = text.split(" ")[0];
      const spoken = text.includes(" ");
      return (state.commands ?? [])
        .filter((one) => (spoken ? one.command === word : one.command.startsWith(word)))
        .map((one) => ({
          label: `${one.command} ${one.usage_hint ?? ""}`.trim(),
          hint: one.description,
          insert: spoken ? this.#field.value : `${one.command} `,
        }));
    }
    const at = /(?:^|\s)@([\p{L}\p{N}_.-]*)$/u.exec(text);
    if (!at) return [];
    const begun = at[1].toLowerCase();
    const everyone = [
      { name: state.bot.name, hint: "App" },
      ...state.people.map((one) => ({ name: one.name, hint: `${one.real_name} · ${one.title}` })),
    ];
    return everyone
      .filter((one) => one.name.toLowerCase().startsWith(begun) || one.hint.toLowerCase().startsWith(begun))
      .map((one) => ({
        label: `@${one.name}`,
        hint: one.hint,
        insert: `${text.slice(0, text.length - at[1].length)}${one.name} `,
      }));
  }

  #complete(option) {
    const after = this.#field.value.slice(this.#field.selectionStart);
    const whole = option.insert === this.#field.value;
    this.#field.value = whole ? option.insert : option.insert + after;
    if (!whole) this.#field.setSelectionRange(option.insert.length, option.insert.length);
    this.#list.hide();
    this.#texts.set(this.#keyOf(this.#target), this.#field.value);
    this.#grow();
  }

  async #send() {
    const text = this.#field.value.trim();
    if (!text) return;
    const target = this.#target;
    const key = this.#keyOf(target);
    this.#list.hide();
    this.#write(key, "");
    const sent = await this.#workspace.act(...this.#deed(text, target));
    if (!sent && !this.#texts.get(key)) this.#write(key, text);
  }

  #deed(text, { channel, thread_ts: thread }) {
    const command = /^(\/[\w-]+)(?:\s+([\s\S]*))?$/.exec(text);
    if (!command) return ["message", { channel, text, thread_ts: thread ?? null }];
    return [
      "command",
      { channel, command: command[1], text: command[2] ?? "", ...(thread ? { thread_ts: thread } : {}) },
    ];
  }

  /** Writes to the conversation, and to the field if it still shows that one. */
  #write(key, text) {
    this.#texts.set(key, text);
    if (this.#keyOf(this.#target) !== key) return;
    this.#field.value = text;
    this.#grow();
  }
}
