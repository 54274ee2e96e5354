import { showBlocks } from "./blocks.js";
import { el, keep } from "./dom.js";
import { textNode } from "./text.js";

/** The person's open modal: the top view of the stack is shown, those under it keep what was typed in them. */
export class Modal {
  #dialog;
  #stack = el("div", { class: "view-stack" });
  #workspace;
  #drafts;
  #surfaceOf;
  #found = new Map();
  #sending = new Set();
  #open = [];
  #person = null;

  constructor(dialog, workspace, drafts, surfaceOf) {
    this.#dialog = dialog;
    this.#workspace = workspace;
    this.#drafts = drafts;
    this.#surfaceOf = surfaceOf;
    dialog.append(this.#stack);
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || dialog.querySelector(":popover-open")) return;
      event.preventDefault();
      this.#close();
    });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    // The browser may insist on closing; the server says what is open.
    dialog.addEventListener("close", () => this.#open.length > 0 && dialog.showModal());
  }

  show() {
    const views = this.#workspace.state.views ?? [];
    const samePerson = this.#person === this.#workspace.person;
    this.#person = this.#workspace.person;
    for (const { id } of this.#open) if (samePerson && !views.some((one) => one.id === id)) this.#forget(id);
    const opened = views.at(-1)?.id !== this.#open.at(-1)?.id;
    this.#open = views;
    keep(this.#stack, views, { key: (one) => one.id, stamp: () => "", draw: (one) => this.#frame(one) });
    for (const [index, one] of views.entries())
      this.#fill(this.#stack.children[index], one, index === views.length - 1);
    if (views.length === 0) {
      if (this.#dialog.open) this.#dialog.close();
      return;
    }
    if (!this.#dialog.open) this.#dialog.showModal();
    if (opened) this.#focusFirst(this.#stack.lastElementChild);
  }

  #forget(id) {
    this.#drafts.forget(id);
    this.#found.delete(id);
    this.#sending.delete(id);
  }

  /** The parts of a view that stay while its content changes. */
  #frame({ id }) {
    const form = el(
      "form",
      { class: "view", novalidate: true, "data-view": id },
      el(
        "header",
        {},
        el("h2", { id: `title-${id}` }),
        el("button", {
          type: "button",
          class: "close",
          "aria-label": "Close",
          text: "✕",
          on: { click: () => this.#close() },
        }),
      ),
      el("div", { class: "progress", role: "progressbar", "aria-label": "Working", hidden: true }),
      el("div", { class: "dialog-body" }),
      el("footer", {}),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(id);
    });
    return form;
  }

  #fill(form, one, top) {
    const { id, view } = one;
    const surface = this.#surfaceOf({
      scope: id,
      place: { view_id: id },
      blocks: () => this.#view(id)?.view.blocks ?? [],
    });
    surface.sheet.settle(view.blocks);
    form.hidden = !top;
    form.inert = !top;
    form.querySelector("h2").replaceChildren(textNode(view.title, surface));
    if (top) this.#dialog.setAttribute("aria-labelledby", `title-${id}`);
    const found = this.#found.get(id);
    const errors = { ...one.errors, ...(found?.hash === one.hash ? found.errors : {}) };
    showBlocks(form.querySelector(".dialog-body"), view.blocks, surface, errors);
    const busy = Boolean(one.busy) || this.#sending.has(id);
    form.querySelector(".progress").hidden = !busy;
    keep(form.querySelector("footer"), this.#buttons(view, busy), {
      key: (button) => button.role,
      draw: (button) => this.#button(button, surface),
    });
  }

  #buttons(view, busy) {
    const close = { role: "close", text: view.close ?? { type: "plain_text", text: view.submit ? "Cancel" : "Close" } };
    return view.submit
      ? [close, { role: "submit", text: view.submit, busy: busy || Boolean(view.submit_disabled) }]
      : [close];
  }

  #button({ role, text, busy }, surface) {
    const node = el("button", {
      type: role === "submit" ? "submit" : "button",
      class: role === "submit" ? "button primary solid" : "button",
      "aria-disabled": busy ? "true" : null,
      "data-focus": `${surface.scope}/${role}`,
      on: role === "close" ? { click: () => this.#close() } : {},
    });
    node.append(textNode(text, surface));
    return node;
  }

  #view(id) {
    return this.#open.find((one) => one.id === id);
  }

  async #submit(id) {
    const one = this.#view(id);
    if (!one?.view.submit || this.#sending.has(id)) return;
    const sheet = this.#drafts.of(id);
    this.#sending.add(id);
    this.show();
    const answer = await this.#workspace.act("submit", { view_id: id, values: sheet.all(one.view.blocks) });
    this.#sending.delete(id);
    this.show();
    const still = this.#view(id);
    if (still) this.#mark(still, answer?.errors ?? {});
  }

  /** Puts the errors beside their fields. @returns {boolean} whether there were any. */
  #mark({ id, hash }, errors) {
    const some = Object.keys(errors).length > 0;
    this.#found.set(id, { hash, errors });
    this.show();
    const first = some && this.#stack.lastElementChild?.querySelector(".has-error");
    if (first) {
      first.querySelector("input, textarea, select")?.focus({ preventScroll: true });
      first.scrollIntoView({ block: "nearest" });
    }
    return some;
  }

  async #close() {
    const top = this.#open.at(-1);
    if (top) await this.#workspace.act("close", { view_id: top.id });
  }

  #focusFirst(form) {
    const wanted =
      form?.querySelector("[autofocus]") ?? form?.querySelector(".dialog-body :is(input, textarea, select)");
    (wanted ?? form?.querySelector("footer .solid") ?? form?.querySelector(".close"))?.focus();
  }
}
