import { el, freshId } from "./dom.js";
import { textNode } from "./text.js";

/**
 * Asks what a confirm object asks.
 * @param {HTMLElement} anchor what was pressed
 * @returns {Promise<boolean>} whether the person said yes.
 */
export function confirmed(anchor, confirm, surface) {
  const title = freshId("confirm");
  return new Promise((answer) => {
    const close = (said) => {
      dialog.close();
      dialog.remove();
      anchor.focus?.();
      answer(said);
    };
    const yes = el("button", {
      type: "button",
      class: `button ${confirm.style === "danger" ? "danger" : "primary"} solid`,
      on: { click: () => close(true) },
    });
    yes.append(textNode(confirm.confirm ?? { type: "plain_text", text: "Yes" }, surface));
    const no = el("button", { type: "button", class: "button", on: { click: () => close(false) } });
    no.append(textNode(confirm.deny ?? { type: "plain_text", text: "Cancel" }, surface));
    const dialog = el(
      "dialog",
      { class: "dialog small", role: "alertdialog", "aria-labelledby": title },
      el("header", {}, el("h2", { id: title }, textNode(confirm.title, surface))),
      el("div", { class: "dialog-body" }, el("div", { class: "prose" }, textNode(confirm.text, surface))),
      el("footer", {}, no, yes),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(false);
    });
    document.body.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
