"""What an agent does in a thread: its status, suggested prompts, and messages that grow while they are written."""

from bot.sandbox.api.backend import Backend, Method, metadata, readable, required, writable
from bot.sandbox.api.chat import thread
from bot.sandbox.blocks import MARKDOWN_TOTAL, MESSAGE_BLOCKS, TASK_STATUS, block_problems
from bot.sandbox.checks import anything, shape, string, typed
from bot.sandbox.messages import Message
from bot.sandbox.wire import Json, objs, text
from bot.sandbox.workspace import Refused

CHUNK = typed(
    {
        "markdown_text": shape({"type": anything, "text": string(MARKDOWN_TOTAL)}),
        "plan_update": shape({"type": anything, "title": string(256)}),
        "task_update": shape(
            {"type": anything, "id": string(255), "title": string(256), "status": TASK_STATUS},
            {"details": string(256), "output": string(256), "sources": anything},
        ),
        "blocks": shape({"type": anything, "blocks": anything}),
    },
    "chunk",
)
STATUSES = ("active", "processing", "suspended", "closed")
PROMPTS = 4


def set_status(backend: Backend, args: Json) -> Json:
    """Show what the app is doing below the root of a thread; an empty status takes it away."""
    required(args, "channel_id", "thread_ts")
    if "status" not in args:
        raise Refused("invalid_arguments", ["[ERROR] missing required field: status"])
    root = readable(backend, {"channel": args["channel_id"]}).messages.get(text(args["thread_ts"]))
    if root is None:
        raise Refused("invalid_thread_ts")
    root.status = text(args["status"])
    backend.workspace.changed(root)
    return {}


def set_suggested_prompts(backend: Backend, args: Json) -> Json:
    """Offer prompts in the conversation with the bot."""
    required(args, "channel_id", "prompts")
    channel = readable(backend, {"channel": args["channel_id"]})
    prompts = objs(args["prompts"])
    if not 0 < len(prompts) <= PROMPTS or not all(each.get("title") and each.get("message") for each in prompts):
        raise Refused("invalid_arguments", [f"[ERROR] 1 to {PROMPTS} prompts, each with title and message"])
    backend.workspace.prompts[channel.id] = prompts
    backend.workspace.journal.note()
    return {}


def session_status(backend: Backend, args: Json) -> Json:
    """Set the state of an agent's session."""
    required(args, "channel_id", "status")
    readable(backend, {"channel": args["channel_id"]})
    if args["status"] not in STATUSES:
        raise Refused("invalid_arguments", [f"[ERROR] status must be one of {', '.join(STATUSES)}"])
    if len(text(args.get("title"))) > 200:
        raise Refused("invalid_arguments", ["[ERROR] title must be less than 201 characters"])
    return {}


def start_stream(backend: Backend, args: Json) -> Json:
    """Begin a message that grows; it needs a thread, and in channels a recipient."""
    required(args, "channel", "thread_ts")
    channel = writable(backend, args)
    if channel.kind != "im":
        required(args, "recipient_user_id", "recipient_team_id")
    message = backend.workspace.bot_message(channel.id, "", [])
    message.thread_ts, message.streaming = thread(backend, channel, args), True
    root = channel.messages.get(message.thread_ts or "")
    if root is not None:
        root.status = ""  # the app has begun to speak
    _grow(backend, message, args)
    backend.workspace.post(message)
    return {"channel": channel.id, "ts": message.ts}


def append_stream(backend: Backend, args: Json) -> Json:
    """Add to a message that grows."""
    message = _streaming(backend, args)
    _grow(backend, message, args)
    backend.workspace.changed(message)
    return {"channel": message.channel, "ts": message.ts}


def stop_stream(backend: Backend, args: Json) -> Json:
    """End a message that grows."""
    message = _streaming(backend, args)
    problems = block_problems(args.get("blocks") or [], "message")
    if problems:
        raise Refused("invalid_blocks", problems)
    _grow(backend, message, args)
    message.blocks += backend.workspace.bot_message(message.channel, "", objs(args.get("blocks"))).blocks
    message.metadata, message.streaming = metadata(args), False
    backend.workspace.changed(message)
    backend.events.announce(message)
    return {
        "channel": message.channel,
        "ts": message.ts,
        "message": message.payload(backend.workspace.settings, with_metadata=True),
    }


def _streaming(backend: Backend, args: Json) -> Message:
    required(args, "channel", "ts")
    message = readable(backend, args).messages.get(text(args["ts"]))
    if message is None:
        raise Refused("message_not_found")
    if not message.streaming:
        raise Refused("message_not_in_streaming_state")
    return message


def _grow(backend: Backend, message: Message, args: Json) -> None:
    """Add what the call brings: text, or chunks of text, steps, a plan's title, blocks."""
    chunks = objs(args.get("chunks"))
    problems = [sentence for place, chunk in enumerate(chunks) for sentence in CHUNK(chunk, f"/chunks/{place}")]
    if problems:
        raise Refused("invalid_arguments", problems)
    added = text(args.get("markdown_text"))
    added += "".join(text(each.get("text")) for each in chunks if each.get("type") == "markdown_text")
    if len(added) > MARKDOWN_TOTAL:
        raise Refused("msg_too_long")
    message.text += added
    for chunk in chunks:
        match chunk.get("type"):
            case "task_update":
                _step(backend, message, chunk)
            case "blocks":
                found = block_problems(chunk.get("blocks"), "message")
                if found:
                    raise Refused("invalid_blocks", found)
                message.blocks += backend.workspace.bot_message(message.channel, "", objs(chunk.get("blocks"))).blocks
            case _:
                pass
    if len(message.blocks) > MESSAGE_BLOCKS:
        raise Refused("msg_blocks_too_long")


def _step(backend: Backend, message: Message, chunk: Json) -> None:
    """Show one step of the work, or its new state where it is shown already."""
    card: Json = {
        "type": "task_card",
        "task_id": chunk.get("id"),
        "title": chunk.get("title"),
        "status": chunk.get("status"),
    }
    for place, block in enumerate(message.blocks):
        if block.get("type") == "task_card" and block.get("task_id") == chunk.get("id"):
            message.blocks[place] = {**block, **card}
            return
    message.blocks += backend.workspace.bot_message(message.channel, "", [card]).blocks


METHODS: dict[str, Method] = {
    "assistant.threads.setStatus": set_status,
    "assistant.threads.setSuggestedPrompts": set_suggested_prompts,
    "agents.sessions.setStatus": session_status,
    "chat.startStream": start_stream,
    "chat.appendStream": append_stream,
    "chat.stopStream": stop_stream,
}
