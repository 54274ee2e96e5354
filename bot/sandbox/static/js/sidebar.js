import { el, keep } from "./dom.js";
import { icon } from "./icons.js";

/** The list of conversations, with a mark where something new was said. */
export class Sidebar {
  #host;
  #workspace;
  #place;
  #read = new Map();

  constructor(host, workspace, place) {
    this.#host = host;
    this.#workspace = workspace;
    this.#place = place;
  }

  show() {
    const { channels, appChannel, state } = this.#workspace;
    const at = this.#place.at;
    const row = (channel) => ({ kind: "row", channel, here: channel.id === at, unread: this.#unread(channel.id) });
    const named = (one, other) => one.name.localeCompare(other.name);
    const ims = channels.filter((one) => one.kind === "im" && one !== appChannel);
    const items = [
      { kind: "title", text: "Channels" },
      ...channels
        .filter((one) => one.kind !== "im")
        .sort(named)
        .map(row),
      { kind: "title", text: "App" },
      {
        kind: "app",
        name: state.bot.name,
        im: appChannel?.id,
        here: at === "home" || at === appChannel?.id,
        unread: this.#unread(appChannel?.id),
      },
      ...(ims.length ? [{ kind: "title", text: "Direct messages" }] : []),
      ...ims.map(row),
    ];
    keep(this.#host, items, {
      key: (item) => item.channel?.id ?? `${item.kind}-${item.text ?? ""}`,
      draw: (item) => this[`draw_${item.kind}`](item),
    });
  }

  draw_title({ text }) {
    return el("h2", { text });
  }

  draw_row({ channel, here, unread }) {
    const notes = [
      channel.is_archived && "archived",
      !channel.is_member && "not a member",
      channel.is_ext_shared && "shared",
      channel.bot_is_member === false && channel.kind !== "im" && "app not a member",
    ].filter(Boolean);
    const sign = channel.kind === "im" ? "@" : channel.kind === "private" ? icon("lock") : "#";
    const name = channel.kind === "im" ? this.#workspace.who(channel.with).name : channel.name;
    return this.#link(
      channel.id,
      here,
      unread,
      [
        el("span", { class: "sign", "aria-hidden": "true" }, sign),
        el("span", { class: "channel-name", text: name }),
        notes.length ? el("span", { class: "note", text: notes[0], title: notes.join(", ") }) : null,
      ],
      !channel.is_member || channel.is_archived,
    );
  }

  draw_app({ name, here, unread }) {
    return this.#link("home", here, unread, [
      el("span", { class: "sign app", "aria-hidden": "true", text: "✦" }),
      el("span", { class: "channel-name", text: name }),
    ]);
  }

  #link(at, here, unread, content, faint = false) {
    return el(
      "button",
      {
        type: "button",
        class: `channel${here ? " here" : ""}${unread ? " unread" : ""}${faint ? " faint" : ""}`,
        "aria-current": here ? "page" : null,
        "data-focus": `channel/${at}`,
        "data-channel": at,
        on: {
          click: () => {
            this.#place.go({ at });
            document.body.classList.remove("sidebar-open");
            document.getElementById("open-sidebar").setAttribute("aria-expanded", "false");
          },
        },
      },
      ...content,
      unread ? el("span", { class: "unread-mark", role: "img", "aria-label": "new messages" }) : null,
    );
  }

  /** Whether something came since the person looked; what was there at first sight counts as seen. */
  #unread(channel) {
    if (!channel) return false;
    const { person } = this.#workspace;
    const newest = this.#workspace
      .messages(channel)
      .reduce((late, one) => (one.ts > late && one.user !== person ? one.ts : late), "");
    const key = `${person}/${channel}`;
    if (!this.#read.has(key) || channel === this.#place.at) this.#read.set(key, newest);
    return newest > this.#read.get(key);
  }
}
