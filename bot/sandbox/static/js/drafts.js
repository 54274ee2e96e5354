/**
 * What people have filled in and not sent yet, apart from the elements that show it: a redraw takes nothing away.
 * As in Slack, an input keeps what it holds while its block_id and action_id stay, and takes a new initial value only
 * under a new block_id.
 */
export class Drafts {
  #surfaces = new Map();

  /** The drafts of one surface: a view, or one message. */
  of(surface) {
    if (!this.#surfaces.has(surface)) this.#surfaces.set(surface, new Sheet());
    return this.#surfaces.get(surface);
  }

  forget(surface) {
    this.#surfaces.delete(surface);
  }
}

class Sheet {
  #values = new Map();
  #stamp = null;

  /** What the input holds: what the person left in it, at first sight its initial value. */
  value(blockId, element) {
    const key = name(blockId, element.action_id, element.type);
    if (!this.#values.has(key))
      this.#values.set(key, { blockId, actionId: element.action_id, value: initial(element) });
    const { value } = this.#values.get(key);
    return stillOffered(value, element);
  }

  set(blockId, element, value) {
    this.#values.set(name(blockId, element.action_id, element.type), { blockId, actionId: element.action_id, value });
  }

  /** Forgets the inputs that are no longer there, and sees the new ones. */
  settle(blocks) {
    const present = new Map();
    for (const [blockId, element] of inputs(blocks)) {
      this.value(blockId, element);
      const key = name(blockId, element.action_id, element.type);
      present.set(key, this.#values.get(key));
    }
    this.#values = present;
  }

  /** Begins afresh when the stamp is another one: a message that was changed shows what it says now. */
  renew(stamp) {
    if (this.#stamp !== null && this.#stamp !== stamp) this.#values.clear();
    this.#stamp = stamp;
  }

  /** @returns {object} {block_id: {action_id: value}} of everything on the surface. */
  all(blocks) {
    const values = {};
    for (const [blockId, element] of inputs(blocks)) {
      values[blockId] ??= {};
      values[blockId][element.action_id] = this.value(blockId, element);
    }
    return values;
  }
}

const STATELESS = new Set(["button", "overflow", "image", "feedback_buttons", "icon_button", "workflow_button"]);
const name = (...parts) => parts.join("\n");

/** @returns {Array<[string, object]>} every element that holds a value, with its block's id. */
function inputs(blocks) {
  const found = [];
  for (const block of blocks ?? []) {
    const elements = [block.element, block.accessory, ...(block.type === "actions" ? (block.elements ?? []) : [])];
    for (const element of elements) if (element && !STATELESS.has(element.type)) found.push([block.block_id, element]);
  }
  return found;
}

const valuesOf = (options) => (options ?? []).map((option) => option.value);

function initial(element) {
  switch (element.type) {
    case "checkboxes":
    case "multi_static_select":
    case "multi_external_select":
      return valuesOf(element.initial_options);
    case "multi_users_select":
      return element.initial_users ?? [];
    case "multi_channels_select":
      return element.initial_channels ?? [];
    case "multi_conversations_select":
      return element.initial_conversations ?? [];
    case "file_input":
      return [];
    default: {
      const first =
        element.initial_option?.value ??
        element.initial_user ??
        element.initial_channel ??
        element.initial_conversation ??
        element.initial_date ??
        element.initial_time ??
        element.initial_date_time ??
        element.initial_value;
      return first ?? null;
    }
  }
}

/** A choice that an update took out of the options is no choice any more. */
function stillOffered(value, element) {
  if (!["static_select", "multi_static_select", "radio_buttons", "checkboxes"].includes(element.type)) return value;
  const offered = new Set([
    ...valuesOf(element.options),
    ...(element.option_groups ?? []).flatMap((group) => valuesOf(group.options)),
  ]);
  return Array.isArray(value) ? value.filter((one) => offered.has(one)) : offered.has(value) ? value : null;
}
