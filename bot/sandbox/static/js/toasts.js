import { el } from "./dom.js";

const SHOWN_MS = 9000;

/** Short notices at the edge of the page: what Slack itself would say, and what went wrong with the sandbox. */
export class Toasts {
  #seen = new Map();
  #host;
  #dialog;

  /**
   * @param {HTMLElement} host
   * @param {HTMLDialogElement} dialog the modal: while it is open, nothing outside of it can be reached
   */
  constructor(host, dialog) {
    this.#host = host;
    this.#dialog = dialog;
    dialog.addEventListener("close", () => this.#lift());
  }

  /** Shows those of the server's notices that were not shown yet; what was there at first sight of a person is old. */
  news(toasts, person) {
    const known = this.#seen.get(person);
    const seen = known ?? new Set();
    this.#seen.set(person, seen);
    for (const { id, text } of toasts ?? []) {
      if (known && !seen.has(id)) this.say(text);
      seen.add(id);
    }
  }

  say(text) {
    const close = el("button", {
      type: "button",
      "aria-label": "Dismiss",
      text: "✕",
      on: { click: () => toast.remove() },
    });
    const toast = el("div", { class: "toast" }, el("span", { text }), close);
    this.#lift();
    this.#host.append(toast);
    setTimeout(() => toast.remove(), SHOWN_MS);
  }

  /** Brings the notices over everything that is open. */
  #lift() {
    const home = this.#dialog.open ? this.#dialog : document.body;
    if (this.#host.matches(":popover-open")) this.#host.hidePopover();
    if (this.#host.parentElement !== home) home.append(this.#host);
    this.#host.showPopover();
  }
}
