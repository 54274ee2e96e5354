import { showBlocks } from "./blocks.js";
import { el } from "./dom.js";
import { emoji } from "./emoji.js";
import { editMessage } from "./edit.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { clock, moment } from "./time.js";

/**
 * Draws one message.
 * @param {object} message as the server tells it
 * @param {object} where `channel`, `compact` (the author is known from above), `thread` (shown in it),
 *   `replies` ({count, quiet}: for all, for the reader only) or null
 * @param {object} page `workspace`, `place`, `surfaceOf`
 */
export function messageRow(message, where, page) {
  const { workspace } = page;
  const author = workspace.who(message.bot_id ?? message.user);
  if (message.username && author.app) author.name = message.username;
  const { app } = author;
  const at = moment(message.ts);
  const time = el("time", { datetime: at.toISOString(), title: at.toLocaleString(), text: clock(at) });
  const edited = message.edited ? el("span", { class: "edited", text: "(edited)" }) : null;
  const head = where.compact
    ? null
    : el(
        "div",
        { class: "message-head" },
        el("span", { class: "author", text: author.name }),
        app && el("span", { class: "badge", text: "App" }),
        time,
        edited,
      );
  const body = el("div", { class: "message-body" }, ...content(message, where, page));
  if (edited && where.compact) body.append(edited);
  return el(
    "article",
    {
      class: `message${where.compact ? " compact" : ""}${message.ephemeral ? " ephemeral" : ""}`,
      "aria-label": `${author.name}, ${clock(at)}`,
      "data-ts": message.ts,
      tabindex: "-1",
    },
    where.compact ? el("span", { class: "gutter" }, time) : avatar(author),
    el(
      "div",
      { class: "message-words" },
      message.ephemeral && el("p", { class: "only-you" }, icon("eye"), " Only visible to you"),
      head,
      body,
      message.reactions?.length ? reactions(message.reactions) : null,
      where.replies && repliesLink(message, where, page),
      message.status
        ? el("p", { class: "app-status", role: "status", text: `${workspace.state.bot.name} ${message.status}` })
        : null,
    ),
    message.ephemeral ? null : toolbar(message, where, page),
  );
}

function content(message, { channel }, page) {
  const { workspace, drafts, surfaceOf } = page;
  const parts = [];
  if (message.blocks?.length) {
    const scope = `${workspace.person}/${channel}/${message.ts}`;
    drafts.of(scope).renew(JSON.stringify(message.blocks));
    const surface = surfaceOf({ scope, place: { channel, ts: message.ts }, blocks: () => message.blocks });
    const blocks = el("div", { class: "blocks" });
    showBlocks(blocks, message.blocks, surface);
    parts.push(blocks);
  } else if (message.text) {
    parts.push(el("div", { class: "prose" }, mrkdwn(message.text, workspace)));
  }
  for (const attachment of [...(message.attachments ?? []), ...Object.values(message.unfurls ?? {})])
    parts.push(attached(attachment, message, channel, page));
  for (const file of message.files ?? []) parts.push(fileCard(file));
  return parts;
}

function attached(attachment, message, channel, { workspace, surfaceOf }) {
  const box = el("div", { class: "attachment" });
  if (attachment.blocks?.length) {
    const scope = `${workspace.person}/${channel}/${message.ts}/attached`;
    showBlocks(
      box,
      attachment.blocks,
      surfaceOf({ scope, place: { channel, ts: message.ts }, blocks: () => attachment.blocks }),
    );
  } else {
    box.append(mrkdwn(attachment.text ?? attachment.fallback ?? "", workspace));
  }
  return box;
}

const reactions = (all) =>
  el(
    "div",
    { class: "reactions" },
    ...all.map((one) =>
      el("span", { class: "reaction", title: `:${one.name}:`, text: `${emoji(one.name)} ${one.count ?? 1}` }),
    ),
  );

function fileCard(file) {
  const name = file.title || file.name || file.id;
  const address = file.url?.startsWith("/") ? file.url : null;
  const title = address
    ? el("a", { href: address, target: "_blank", rel: "noopener", text: name })
    : el("strong", { text: name });
  const preview = file.preview ? el("pre", {}, el("code", { text: file.preview })) : null;
  return el(
    "div",
    { class: "file" },
    el(
      "div",
      {},
      icon("file"),
      " ",
      title,
      el("span", { class: "hint", text: file.size ? ` ${file.size} bytes` : "" }),
    ),
    preview,
  );
}

function repliesLink(message, { replies }, { place }) {
  const words = [
    replies.count ? `${replies.count} ${replies.count === 1 ? "reply" : "replies"}` : null,
    replies.quiet ? `${replies.quiet} only visible to you` : null,
  ].filter(Boolean);
  return el("button", {
    type: "button",
    class: "replies",
    "data-focus": `replies/${message.ts}`,
    text: words.join(" · "),
    on: { click: () => place.go({ thread: message.ts }) },
  });
}

/** What can be done with a message; its menu holds the app's message shortcuts. */
function toolbar(message, { channel, thread }, { workspace, place }) {
  const reply = thread
    ? null
    : el(
        "button",
        {
          type: "button",
          "aria-label": "Reply in thread",
          title: "Reply in thread",
          on: { click: () => place.go({ thread: message.thread_ts ?? message.ts }) },
        },
        icon("bubble"),
      );
  const more = el(
    "button",
    { type: "button", "aria-label": "More for this message", title: "More", "aria-haspopup": "menu" },
    icon("more"),
  );
  more.addEventListener("click", () => {
    const shortcuts = (workspace.state.shortcuts ?? []).filter((one) => one.type === "message");
    const items = shortcuts.map((one) => ({
      label: one.name,
      hint: workspace.state.bot.name,
      choose: () => workspace.act("shortcut", { callback_id: one.callback_id, channel, ts: message.ts }),
    }));
    if (message.user === workspace.person) {
      items.push({ label: "Edit message", choose: () => editMessage(message, channel, workspace) });
      items.push({
        label: "Delete message",
        danger: true,
        choose: () => workspace.act("delete", { channel, ts: message.ts }),
      });
    }
    openMenu(more, { label: "Message", items });
  });
  return el("div", { class: "toolbar" }, reply, more);
}
