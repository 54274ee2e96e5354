"""What every Web API method has at hand, and the questions that most of them ask first."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from bot.sandbox.blocks import MARKDOWN_TOTAL, block_problems, blocks_too_long
from bot.sandbox.events import Events
from bot.sandbox.people import Channel
from bot.sandbox.wire import Json, obj, objs, text
from bot.sandbox.workspace import Refused, Workspace

TEXT_LIMIT = 4_000


@dataclass(frozen=True)
class Backend:
    """The workspace, and the way in which it tells the app about what happens."""

    workspace: Workspace
    events: Events


Method: TypeAlias = Callable[[Backend, Json], Json]


def required(args: Json, *names: str) -> None:
    """Raises Refused(invalid_arguments) naming the first argument that is missing."""
    for name in names:
        if args.get(name) in (None, ""):
            raise Refused("invalid_arguments", [f"[ERROR] missing required field: {name}"])


def readable(backend: Backend, args: Json) -> Channel:
    """Return the conversation the call names, if the bot may know of it. Raises Refused."""
    required(args, "channel")
    channel = backend.workspace.channel(text(args["channel"]))
    if channel.kind == "private" and not channel.bot_is_member:
        raise Refused("channel_not_found")
    return channel


def writable(backend: Backend, args: Json) -> Channel:
    """Return the conversation to write to: a person's id stands for the direct one. Raises Refused."""
    required(args, "channel")
    name = text(args["channel"])
    is_person = name in backend.workspace.people
    channel = backend.workspace.direct(name) if is_person else readable(backend, args)
    if channel.is_archived:
        raise Refused("is_archived")
    if not channel.bot_is_member:
        raise Refused("not_in_channel")
    if channel.with_user is not None and backend.workspace.person(channel.with_user).deleted:
        raise Refused("user_disabled")
    return channel


def content(backend: Backend, method: str, args: Json) -> tuple[str, list[Json]]:
    """Return the text and blocks of a message. Raises Refused(no_text, msg_too_long, invalid_blocks, …)."""
    words, blocks = text(args.get("text")), args.get("blocks") or list[object]()
    if "markdown_text" in args:
        if words or blocks:
            raise Refused("markdown_text_conflict")
        words = text(args["markdown_text"])
        if len(words) > MARKDOWN_TOTAL:
            raise Refused("msg_too_long")
        return words, [{"type": "markdown", "text": words}]
    if not words and not blocks and not args.get("attachments"):
        raise Refused("no_text")
    if len(words) > TEXT_LIMIT:
        raise Refused("msg_too_long")
    problems = block_problems(blocks, "message")
    if problems:
        raise Refused("invalid_blocks", problems)
    if blocks_too_long(blocks):
        raise Refused("msg_blocks_too_long")
    if not words.strip():
        backend.workspace.violation(f"{method} came without a top-level text: notifications and screen readers need it")
    return words, objs(blocks)


def metadata(args: Json) -> Json | None:
    """Return the metadata of a message. Raises Refused(invalid_metadata_format)."""
    if not args.get("metadata"):
        return None
    given = obj(args["metadata"])
    if not text(given.get("event_type")) or not isinstance(given.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    return given
