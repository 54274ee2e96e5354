/** Elements are built from text nodes and attributes only: nothing that a person or the bot wrote can become markup. */

/**
 * Makes one element.
 * @param {string} tag
 * @param {object} props `class`, `text`, `on` ({event: listener}), `value`, `checked`; the rest become attributes.
 *   An attribute that is null, undefined or false is left out; true becomes an empty one.
 * @param {...(Node|string|null|undefined|false)} children
 * @returns {HTMLElement}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on")
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "value" || name === "checked") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) if (child || child === 0) node.append(child);
  return node;
}

/** @returns {string|null} the address if following it is harmless (http, https, mailto), else null. */
export function safeLink(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** @returns {string|null} the address if showing it loads nothing from elsewhere (data: or this server), else null. */
export function safeImage(address) {
  if (/^data:image\/(png|jpeg|gif|webp|svg\+xml)[;,]/.test(address ?? "")) return address;
  try {
    const url = new URL(address, location.href);
    return url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens beside the page, or its text alone where the address is not harmless. */
export function link(address, ...children) {
  const href = safeLink(address);
  if (!href) return el("span", { class: "dead-link", title: "This address cannot be opened" }, ...children);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

const kept = new WeakMap();

/**
 * Makes the container show the items in order and leaves every element alone whose item did not change: what is typed,
 * chosen, scrolled or focused in it stays as it is.
 * @param {HTMLElement} container holds nothing else
 * @param {Array<T>} items
 * @param {{key: (item: T) => string, draw: (item: T) => HTMLElement, stamp?: (item: T) => string}} how
 * @template T
 */
export function keep(container, items, { key, draw, stamp = JSON.stringify }) {
  const before = kept.get(container) ?? new Map();
  const after = new Map();
  const focus = rememberFocus(container);
  for (const item of items) {
    const name = key(item);
    const mark = stamp(item);
    const old = before.get(name);
    after.set(name, old?.mark === mark ? old : { mark, node: draw(item) });
  }
  const wanted = new Set([...after.values()].map((entry) => entry.node));
  for (const { node } of before.values()) if (!wanted.has(node)) node.remove();
  let cursor = container.firstChild;
  for (const node of wanted) {
    if (node === cursor) cursor = cursor.nextSibling;
    else container.insertBefore(node, cursor);
  }
  kept.set(container, after);
  focus();
}

/** @returns {() => void} puts the focus and the caret back, by `data-focus`, if a redraw took them away. */
function rememberFocus(container) {
  const active = document.activeElement;
  const name = active?.dataset?.focus;
  if (!name || !container.contains(active)) return () => {};
  const caret = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : [null, null];
  return () => {
    if (document.activeElement === active) return;
    const again = container.querySelector(`[data-focus="${CSS.escape(name)}"]`);
    again?.focus({ preventScroll: true });
    if (caret[0] !== null && again?.setSelectionRange) again.setSelectionRange(...caret);
  };
}

/** Asks the browser for an id that no other element has. */
export function freshId(prefix) {
  return `${prefix}-${crypto.randomUUID()}`;
}
