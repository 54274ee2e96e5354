import { el } from "./dom.js";

/**
 * Opens a menu at a button. It closes by choosing, Escape or a click elsewhere, and gives the focus back.
 * @param {HTMLElement} anchor
 * @param {{label: string, items: Array<object>}} what each item: `label`, `choose()`; if wanted `hint`, `danger`,
 *   `checked` (then it is one of a choice), `picture`
 */
export function openMenu(anchor, { label, items }) {
  const radio = items.some((item) => item.checked !== undefined);
  const menu = el("div", { class: "menu", role: "menu", "aria-label": label, popover: "auto" });
  const row = (item) =>
    el(
      "button",
      {
        type: "button",
        role: radio ? "menuitemradio" : "menuitem",
        "aria-checked": radio ? String(Boolean(item.checked)) : null,
        class: item.danger ? "danger" : null,
        tabindex: "-1",
        on: {
          click: () => {
            menu.hidePopover();
            item.choose();
          },
        },
      },
      item.picture,
      el(
        "span",
        { class: "menu-words" },
        el("span", { class: "menu-label" }, item.label),
        item.hint && el("span", { class: "option-hint", text: item.hint }),
      ),
    );
  menu.append(...items.map(row));
  if (items.length === 0) menu.append(el("p", { class: "nothing", text: "Nothing here" }));
  menu.addEventListener("keydown", (event) => walk(event, menu));
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    anchor.setAttribute("aria-expanded", "false");
    if (menu.contains(document.activeElement) || document.activeElement === document.body) anchor.focus();
    menu.remove();
  });
  // Outside of an open dialog nothing can be reached, so the menu of a dialog's button lives in that dialog.
  (anchor.closest("dialog") ?? document.body).append(menu);
  anchor.setAttribute("aria-expanded", "true");
  menu.showPopover();
  place(menu, anchor);
  (menu.querySelector('[aria-checked="true"]') ?? menu.querySelector("button"))?.focus();
}

function walk(event, menu) {
  const rows = [...menu.querySelectorAll("button")];
  const at = rows.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  rows[(to + rows.length) % rows.length]?.focus();
}

function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + 4 + height <= innerHeight || box.top < height;
  const top = below ? Math.max(8, Math.min(box.bottom + 4, innerHeight - height - 8)) : box.top - height - 4;
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
}
