import { showBlocks } from "./blocks.js";
import { Conversation } from "./conversation.js";
import { el, keep } from "./dom.js";

/** The middle of the page: a conversation, or the app with its two tabs. */
export class MainPane {
  #page;
  #head;
  #home;
  #talk;
  #conversation;

  constructor({ head, home, talk }, page, texts) {
    this.#page = page;
    this.#head = head;
    this.#home = home;
    this.#talk = talk;
    this.#conversation = new Conversation(talk, page, texts, "Messages");
  }

  show() {
    const { workspace, place } = this.#page;
    const isHome = place.at === "home";
    const channel = isHome ? workspace.appChannel : workspace.channel(place.at);
    const isApp = isHome || (channel && channel === workspace.appChannel);
    this.#home.hidden = !isHome;
    this.#talk.hidden = isHome;
    keep(this.#head, [isApp ? { app: workspace.state.bot.name, isHome, im: channel?.id } : { channel }], {
      key: () => "head",
      draw: (item) => (item.app ? this.#appHead(item) : this.#channelHead(item.channel)),
    });
    if (isHome) this.#showHome();
    else if (channel)
      this.#conversation.show({
        channel: channel.id,
        label: this.#label(channel, isApp),
        empty: isApp ? "Say what is wrong, or ask." : "Nothing was said here yet.",
      });
  }

  #label(channel, isApp) {
    if (isApp) return `Message ${this.#page.workspace.state.bot.name}`;
    return channel.kind === "im"
      ? `Message ${this.#page.workspace.who(channel.with).name}`
      : `Message #${channel.name}`;
  }

  #channelHead(channel) {
    if (!channel) return el("div", { class: "head-line" }, el("h1", { text: "No conversation" }));
    const name = channel.kind === "im" ? this.#page.workspace.who(channel.with).name : channel.name;
    const notes = [
      channel.kind === "private" && "Private",
      channel.is_ext_shared && "Shared with another organisation",
      channel.is_archived && "Archived",
      !channel.is_member && "You are not a member",
      channel.kind !== "im" && (channel.bot_is_member ? "The app is a member" : "The app is not a member"),
    ].filter(Boolean);
    return el(
      "div",
      { class: "head-line" },
      el("h1", {}, channel.kind === "im" ? "" : "# ", name),
      el("span", { class: "hint", text: notes.join(" · ") }),
    );
  }

  #appHead({ app, isHome, im }) {
    const tab = (name, at, here) =>
      el("button", {
        type: "button",
        role: "tab",
        class: "tab",
        "aria-selected": String(here),
        "data-focus": `tab/${name}`,
        text: name,
        on: { click: () => this.#page.place.go({ at }) },
      });
    return el(
      "div",
      { class: "head-line" },
      el("h1", { text: app }),
      el(
        "div",
        { role: "tablist", class: "tabs", "aria-label": app },
        tab("Home", "home", isHome),
        im && tab("Messages", im, !isHome),
      ),
    );
  }

  #showHome() {
    const { workspace, surfaceOf } = this.#page;
    const view = workspace.state.home?.view;
    const place = { view_id: view?.id ?? workspace.state.home?.id };
    const surface = surfaceOf({
      scope: `home/${workspace.person}`,
      place,
      blocks: () => workspace.state.home?.view?.blocks ?? [],
    });
    const blocks = view?.blocks ?? [];
    surface.sheet.settle(blocks);
    const empty = [
      {
        type: "section",
        block_id: "empty",
        text: { type: "plain_text", text: `${workspace.state.bot.name} has not shown anything here yet.` },
      },
    ];
    showBlocks(this.#home.firstElementChild, blocks.length ? blocks : empty, surface);
  }
}

/** The thread beside the conversation. */
export class ThreadPane {
  #host;
  #page;
  #conversation;
  #shown = null;

  constructor(host, page, texts) {
    this.#host = host;
    this.#page = page;
    host.append(
      el(
        "header",
        { class: "head-line" },
        el("h2", { text: "Thread" }),
        el("button", {
          type: "button",
          class: "close",
          "aria-label": "Close thread",
          text: "✕",
          on: { click: () => page.place.go({ thread: null }) },
        }),
      ),
    );
    this.#conversation = new Conversation(host, page, texts, "Thread");
  }

  show() {
    const { workspace, place } = this.#page;
    const channel = place.at === "home" ? null : workspace.channel(place.at);
    const thread = channel && place.thread;
    this.#host.hidden = !thread;
    document.body.classList.toggle("thread-open", Boolean(thread));
    const opened = thread && thread !== this.#shown;
    this.#shown = thread;
    if (!thread) return;
    this.#conversation.show({ channel: channel.id, thread, label: "Reply…", empty: "This thread is not there." });
    if (opened) this.#conversation.focus();
  }
}
