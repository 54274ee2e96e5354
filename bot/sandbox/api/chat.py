"""chat.*: messages of the bot."""

from bot.sandbox.api.backend import Backend, Method, content, metadata, readable, required, writable
from bot.sandbox.messages import Message
from bot.sandbox.people import Channel
from bot.sandbox.wire import Json, maybe_text, obj, objs, text
from bot.sandbox.workspace import Refused


def thread(backend: Backend, channel: Channel, args: Json) -> str | None:
    """Return the thread to write into. Raises Refused(cannot_reply_to_message) for what can have no replies."""
    thread_ts = maybe_text(args.get("thread_ts"))
    if thread_ts is None:
        return None
    root = channel.messages.get(thread_ts)
    if root is not None and root.ephemeral_to is not None:
        raise Refused("cannot_reply_to_message")
    if root is not None and root.thread_ts not in (None, root.ts):
        backend.workspace.violation(f"thread_ts {thread_ts} names a reply, not the root of a thread")
    return thread_ts


def post_message(backend: Backend, args: Json) -> Json:
    """Post a message into a channel or thread, or to a person."""
    channel = writable(backend, args)
    words, blocks = content(backend, "chat.postMessage", args)
    message = backend.workspace.bot_message(channel.id, words, blocks)
    message.thread_ts = thread(backend, channel, args)
    message.metadata = metadata(args)
    message.username = maybe_text(args.get("username"))
    message.attachments = objs(args.get("attachments"))
    root = channel.messages.get(message.thread_ts or "")
    if root is not None:
        root.status = ""  # the app has spoken: "is thinking…" goes away
    backend.workspace.post(message)
    backend.events.announce(message)
    return {"channel": channel.id, "ts": message.ts, "message": _full(backend, message)}


def post_ephemeral(backend: Backend, args: Json) -> Json:
    """Show a message to one person only."""
    required(args, "channel", "user")
    channel, user = writable(backend, args), text(args["user"])
    backend.workspace.person(user)
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    words, blocks = content(backend, "chat.postEphemeral", args)
    message = backend.workspace.bot_message(channel.id, words, blocks)
    message.thread_ts, message.ephemeral_to = maybe_text(args.get("thread_ts")), user
    message.attachments = objs(args.get("attachments"))
    backend.workspace.post(message)
    return {"message_ts": message.ts}


def own(backend: Backend, args: Json, refusal: str) -> Message:
    """Return the bot's own message that the call names. Raises Refused(message_not_found), or refusal for another's."""
    required(args, "channel", "ts")
    channel = readable(backend, args)
    message = channel.messages.get(text(args["ts"]))
    if message is None or message.ephemeral_to is not None:
        raise Refused("message_not_found")
    if message.bot_id is None:
        raise Refused(refusal)
    return message


def update(backend: Backend, args: Json) -> Json:
    """Change a message of the bot. Blocks and attachments that are not given stay; an empty list takes them away."""
    message = own(backend, args, "cant_update_message")
    if backend.workspace.channel(message.channel).is_archived:
        raise Refused("is_archived")
    if message.streaming:
        raise Refused("streaming_state_conflict")
    before = message.payload(backend.workspace.settings)
    words, blocks = content(backend, "chat.update", args)
    fresh = backend.workspace.bot_message(message.channel, words, blocks)
    message.text = fresh.text
    if "blocks" in args or "markdown_text" in args:
        message.blocks = fresh.blocks
    if "attachments" in args:
        message.attachments = objs(args["attachments"])
    message.metadata = metadata(args) if "metadata" in args else message.metadata
    message.edited = {"user": fresh.user, "ts": fresh.ts}
    backend.workspace.changed(message)
    backend.events.announce_change(message, before)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": _full(backend, message)}


def delete(backend: Backend, args: Json) -> Json:
    """Take a message of the bot away."""
    message = own(backend, args, "cant_delete_message")
    backend.workspace.remove(message)
    backend.events.announce_change(message, message.payload(backend.workspace.settings), deleted=True)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(backend: Backend, args: Json) -> Json:
    """Return the address of a message."""
    required(args, "channel", "message_ts")
    channel, ts = readable(backend, args), text(args["message_ts"])
    message = channel.messages.get(ts)
    if message is None:
        raise Refused("message_not_found")
    address = f"https://{backend.workspace.settings.team_domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.thread_ts:
        address += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": address}


def unfurl(backend: Backend, args: Json) -> Json:
    """Put a preview below links in somebody's message."""
    required(args, "channel", "ts", "unfurls")
    message = readable(backend, args).messages.get(text(args["ts"]))
    if message is None:
        raise Refused("cannot_unfurl_message")
    message.unfurls = obj(args["unfurls"])
    backend.workspace.changed(message)
    return {}


def _full(backend: Backend, message: Message) -> Json:
    return message.payload(backend.workspace.settings, with_metadata=True)


METHODS: dict[str, Method] = {
    "chat.postMessage": post_message,
    "chat.postEphemeral": post_ephemeral,
    "chat.update": update,
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "chat.unfurl": unfurl,
}
