import { Composer } from "./composer.js";
import { el, keep } from "./dom.js";
import { messageRow } from "./message.js";
import { dayKey, dayName, moment } from "./time.js";

const CLOSE_TOGETHER_S = 300;
const NEAR_THE_END_PX = 80;

/** Messages in their order with a composer under them: a channel, a direct message, or one thread. */
export class Conversation {
  #page;
  #list = el("div", { class: "messages" });
  #scroller;
  #more;
  #prompts = el("div", { class: "prompts" });
  #composer;
  #shown = null;

  /** @param {Map<string, string>} texts see {@link Composer} */
  constructor(host, page, texts, label) {
    this.#page = page;
    this.#scroller = el("div", { class: "scroller", role: "log", "aria-label": label, tabindex: "0" }, this.#list);
    this.#more = el("button", {
      type: "button",
      class: "more",
      hidden: true,
      text: "New messages ↓",
      on: { click: () => this.#toEnd() },
    });
    this.#scroller.addEventListener("scroll", () => this.#atEnd() && (this.#more.hidden = true));
    const foot = el("div", { class: "composer" });
    this.#composer = new Composer(foot, page.workspace, texts);
    host.append(this.#scroller, el("div", { class: "more-place" }, this.#more), this.#prompts, foot);
  }

  /** @param {{channel: string, thread?: string|null, label: string, empty?: string}} what */
  show({ channel, thread = null, label, empty = "" }) {
    const { workspace } = this.#page;
    const all = workspace.messages(channel);
    const key = `${workspace.person}/${channel}/${thread ?? ""}`;
    const elsewhere = this.#shown?.key !== key;
    const stick = elsewhere || this.#atEnd();
    const rows = thread ? threadRows(all, thread) : channelRows(all);
    keep(this.#list, this.#items(rows, channel, thread, empty), {
      key: (item) => `${key}/${item.key}`,
      draw: (item) =>
        item.message
          ? messageRow(item.message, item.where, this.#page)
          : el("div", { class: item.kind, text: item.text }),
    });
    const news = !elsewhere && rows.length > this.#shown.count;
    this.#shown = { key, count: rows.length };
    if (stick) this.#toEnd();
    else if (news) this.#more.hidden = false;
    this.#suggest(thread ? [] : (workspace.channel(channel)?.prompts ?? []));
    this.#composer.show({ channel, thread_ts: thread, label, closed: closed(workspace.channel(channel)) });
  }

  focus() {
    this.#composer.focus();
  }

  #items(rows, channel, thread, empty) {
    const items = [];
    let before = null;
    for (const { message, replies } of rows) {
      const at = moment(message.ts);
      const newDay = !before || dayKey(moment(before.ts)) !== dayKey(at);
      if (newDay && !thread) items.push({ kind: "day", key: `day-${dayKey(at)}`, text: dayName(at) });
      const compact = before && !newDay && together(before, message);
      items.push({
        key: message.ts + (message.ephemeral ? "e" : ""),
        message,
        where: { channel, compact, replies, thread: Boolean(thread) },
      });
      before = message;
      if (thread && message.ts === thread && rows.length > 1) {
        items.push({ kind: "day", key: "replies", text: rows.length === 2 ? "1 reply" : `${rows.length - 1} replies` });
        before = null;
      }
    }
    if (rows.length === 0 && empty) items.push({ kind: "empty", key: "empty", text: empty });
    return items;
  }

  /** What the app suggests to say. */
  #suggest(prompts) {
    keep(this.#prompts, prompts, {
      key: (one) => one.title,
      draw: (one) =>
        el("button", {
          type: "button",
          class: "button",
          text: one.title,
          on: { click: () => this.#composer.say(one.message) },
        }),
    });
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
  }

  #toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#more.hidden = true;
  }
}

const closed = (channel) =>
  channel?.is_archived
    ? "This channel is archived."
    : channel && !channel.is_member
      ? "You are not a member of this channel."
      : "";

const isReply = (one) => Boolean(one.thread_ts) && one.thread_ts !== one.ts;

function channelRows(all) {
  const shown = all.filter((one) => !isReply(one) || one.subtype === "thread_broadcast");
  return shown.map((message) => {
    const answers = all.filter((one) => isReply(one) && one.thread_ts === message.ts);
    const quiet = answers.filter((one) => one.ephemeral).length;
    const count = Math.max(message.reply_count ?? 0, answers.length - quiet);
    return { message, replies: count + quiet > 0 ? { count, quiet } : null };
  });
}

const threadRows = (all, thread) =>
  all.filter((one) => one.ts === thread || one.thread_ts === thread).map((message) => ({ message, replies: null }));

const together = (before, message) =>
  (before.user ?? before.bot_id) === (message.user ?? message.bot_id) &&
  Boolean(before.ephemeral) === Boolean(message.ephemeral) &&
  !message.ephemeral &&
  Number(message.ts) - Number(before.ts) < CLOSE_TOGETHER_S;
