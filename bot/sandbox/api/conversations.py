"""conversations.*: channels, and what was said in them."""

from collections.abc import Iterable
from typing import TypeVar

from bot.sandbox.api.backend import Backend, Method, readable, required
from bot.sandbox.messages import Message
from bot.sandbox.people import Channel
from bot.sandbox.wire import Json, flag, text, whole
from bot.sandbox.workspace import Refused

Each = TypeVar("Each")


def described(backend: Backend, channel: Channel) -> Json:
    """Return the channel object of the Web API."""
    common: Json = {
        "id": channel.id,
        "created": 1_700_000_000,
        "is_im": channel.kind == "im",
        "is_mpim": False,
        "is_archived": channel.is_archived,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "context_team_id": backend.workspace.settings.team_id,
    }
    if channel.kind == "im":
        deleted = backend.workspace.person(channel.with_user or "").deleted
        return common | {"user": channel.with_user, "is_user_deleted": deleted, "priority": 0, "is_open": True}
    return common | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "private",
        "is_private": channel.kind == "private",
        "is_general": False,
        "is_member": channel.bot_is_member,
        "num_members": len(channel.members),
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def info(backend: Backend, args: Json) -> Json:
    """Describe one conversation."""
    return {"channel": described(backend, readable(backend, args))}


def list_all(backend: Backend, args: Json) -> Json:
    """List the conversations of the wanted types, a page at a time."""
    kinds = {"public_channel": "channel", "private_channel": "private", "im": "im"}
    wanted = {kinds.get(each.strip(), "") for each in text(args.get("types"), "public_channel").split(",")}
    found = [
        described(backend, channel)
        for channel in backend.workspace.channels.values()
        if channel.kind in wanted
        and (channel.kind != "private" or channel.bot_is_member)
        and not (flag(args.get("exclude_archived")) and channel.is_archived)
    ]
    page, cursor = paged(found, args, 100)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def members(backend: Backend, args: Json) -> Json:
    """List the people in a conversation, a page at a time."""
    channel = readable(backend, args)
    everyone = sorted(channel.members)
    if channel.bot_is_member:
        everyone.append(backend.workspace.settings.bot_user_id)
    page, cursor = paged(everyone, args, 100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def open_direct(backend: Backend, args: Json) -> Json:
    """Return the direct conversation with a person."""
    if args.get("channel"):
        channel = readable(backend, args)
    else:
        required(args, "users")
        users = text(args["users"]).split(",")
        if len(users) != 1:
            raise Refused("not_enough_users", ["the sandbox opens conversations with one person only"])
        if backend.workspace.person(users[0]).deleted:
            raise Refused("user_disabled")
        channel = backend.workspace.direct(users[0])
    whole_one = described(backend, channel) if flag(args.get("return_im")) else {"id": channel.id}
    return {"no_op": True, "already_open": True, "channel": whole_one}


def join(backend: Backend, args: Json) -> Json:
    """Make the bot a member of a public channel."""
    channel = readable(backend, args)
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    if not channel.bot_is_member:
        channel.bot_is_member = True
        backend.workspace.journal.note()
        bot_user_id = backend.workspace.settings.bot_user_id
        backend.events.announce_channel("member_joined_channel", channel, bot_user_id)
    return {"channel": described(backend, channel)}


def history(backend: Backend, args: Json) -> Json:
    """Return what was said in a conversation, the latest first, without replies."""
    channel = _legible(backend, args)
    top = (each for each in reversed(channel.messages.values()) if each.thread_ts in (None, each.ts))
    return _said(backend, top, args, channel)


def replies(backend: Backend, args: Json) -> Json:
    """Return a thread, the root first."""
    required(args, "ts")
    channel = _legible(backend, args)
    ts = text(args["ts"])
    root = channel.messages.get(ts)
    below = [channel.messages[each] for each in channel.replies.get(ts, [])]
    if root is None and not below:
        raise Refused("thread_not_found")
    return _said(backend, [*([root] if root is not None else []), *below], args, channel)


def _legible(backend: Backend, args: Json) -> Channel:
    channel = readable(backend, args)
    if not channel.bot_is_member:
        raise Refused("not_in_channel")
    return channel


def _said(backend: Backend, messages: Iterable[Message], args: Json, channel: Channel) -> Json:
    oldest, latest = text(args.get("oldest"), "0"), text(args.get("latest"), "9999999999.999999")
    within = flag(args.get("inclusive"))
    found = [
        each
        for each in messages
        if each.ephemeral_to is None
        and (float(oldest) < float(each.ts) < float(latest) or (within and each.ts in (oldest, latest)))
    ]
    page, cursor = paged(found, args, 100)
    with_metadata = flag(args.get("include_all_metadata"))
    answer: Json = {
        "messages": [
            each.payload(backend.workspace.settings, with_metadata=with_metadata) | _parent(channel, each)
            for each in page
        ],
        "has_more": bool(cursor),
    }
    return answer | ({"response_metadata": {"next_cursor": cursor}} if cursor else {})


def _parent(channel: Channel, message: Message) -> Json:
    root = channel.messages.get(message.thread_ts or "")
    return {} if root is None or root is message else {"parent_user_id": root.user}


def paged(everything: list[Each], args: Json, default: int) -> tuple[list[Each], str]:
    """Return one page and the cursor of the next, empty at the end. Raises Refused(invalid_cursor, invalid_limit)."""
    limit = whole(args.get("limit"), default)
    if not 0 < limit <= 1000:
        raise Refused("invalid_limit")
    cursor = text(args.get("cursor"))
    if cursor and not cursor.startswith("from-"):
        raise Refused("invalid_cursor")
    begin = whole(cursor.removeprefix("from-"), 0)
    end = begin + limit
    return everything[begin:end], f"from-{end}" if end < len(everything) else ""


METHODS: dict[str, Method] = {
    "conversations.info": info,
    "conversations.list": list_all,
    "conversations.members": members,
    "conversations.open": open_direct,
    "conversations.join": join,
    "conversations.history": history,
    "conversations.replies": replies,
}
