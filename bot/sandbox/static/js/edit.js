import { el } from "./dom.js";
import { unescaped } from "./mrkdwn.js";

/** Lets the author change the text of a message. */
export function editMessage(message, channel, workspace) {
  const field = el("textarea", {
    class: "text-input",
    rows: 4,
    "aria-label": "Message text",
    value: unescaped(message.text ?? ""),
  });
  const form = el(
    "form",
    { class: "view" },
    el("header", {}, el("h2", { text: "Edit message" })),
    el("div", { class: "dialog-body" }, field),
    el(
      "footer",
      {},
      el("button", { type: "button", class: "button", text: "Cancel", on: { click: () => dialog.close() } }),
      el("button", { type: "submit", class: "button primary solid", text: "Save" }),
    ),
  );
  const dialog = el(
    "dialog",
    { class: "dialog small", "aria-label": "Edit message", on: { close: () => dialog.remove() } },
    form,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await workspace.act("edit", { channel, ts: message.ts, text: field.value })) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
