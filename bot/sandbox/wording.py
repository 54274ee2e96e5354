"""What a person types, as Slack's client sends it on: escaped, with mentions, channels and links made live."""

import re

from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace

LINK = re.compile(r"https?://[^\s<>|]+")
WORD = re.compile(r"(?<![\w/.])([@#])([\w.-]*\w)")
TOKEN = re.compile(r"<(@|#|!|https?://)([^>|]*)(?:\|[^>]*)?>")
BROADCASTS = frozenset({"here", "channel", "everyone"})


def escape(words: str) -> str:
    """Return the words with the three characters escaped that mean something in Slack's text."""
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(words: str) -> str:
    """Return escaped words as a person reads them."""
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def typed(workspace: Workspace, words: str) -> str:
    """Return the text of a message as it is stored: `@FlowPilot`, `@ana`, `#noc`, `@here`, addresses made live."""
    names = {person.name.lower(): person.id for person in workspace.people.values()}
    names[workspace.settings.bot_name.lower()] = workspace.settings.bot_user_id
    channels = {channel.name: channel.id for channel in workspace.channels.values() if channel.name}

    def live(found: re.Match[str]) -> str:
        sign, name = found.group(1), found.group(2)
        if sign == "#":
            return f"<#{channels[name]}|{name}>" if name in channels else found.group(0)
        if name in BROADCASTS:
            return f"<!{name}>"
        return f"<@{names[name.lower()]}>" if name.lower() in names else found.group(0)

    return WORD.sub(live, LINK.sub(lambda found: f"<{found.group(0)}>", escape(words)))


def rich_text(stored: str, block_id: str) -> Json:
    """Return the rich_text block that Slack adds to a person's message."""
    parts: list[Json] = []
    end = 0
    for found in TOKEN.finditer(stored):
        if found.start() > end:
            parts.append({"type": "text", "text": unescape(stored[end : found.start()])})
        sign, name = found.group(1), found.group(2)
        match sign:
            case "@":
                parts.append({"type": "user", "user_id": name})
            case "#":
                parts.append({"type": "channel", "channel_id": name})
            case "!":
                parts.append({"type": "broadcast", "range": name})
            case _:
                parts.append({"type": "link", "url": sign + unescape(name)})
        end = found.end()
    if end < len(stored):
        parts.append({"type": "text", "text": unescape(stored[end:])})
    section: Json = {"type": "rich_text_section", "elements": parts}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}
