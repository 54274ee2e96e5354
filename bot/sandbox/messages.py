"""One message, as the workspace keeps it, as Slack sends it, and as the page shows it."""

from dataclasses import dataclass, field

from bot.sandbox.settings import WorkspaceSettings
from bot.sandbox.wire import Json


@dataclass(eq=False)
class Message:
    """A message of a person (user) or of the bot (bot_id as well). An ephemeral one is seen by `ephemeral_to` only."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list[Json])
    thread_ts: str | None = None
    bot_id: str | None = None
    username: str | None = None
    attachments: list[Json] = field(default_factory=list[Json])
    files: list[Json] = field(default_factory=list[Json])
    metadata: Json | None = None
    ephemeral_to: str | None = None
    edited: Json | None = None
    client_msg_id: str | None = None
    subtype: str | None = None
    team_id: str = ""
    reply_users: list[str] = field(default_factory=list[str])
    reply_count: int = 0
    latest_reply: str | None = None
    streaming: bool = False
    status: str = ""
    reactions: list[Json] = field(default_factory=list[Json])
    unfurls: Json = field(default_factory=dict[str, object])

    def payload(self, settings: WorkspaceSettings, *, with_metadata: bool = False) -> Json:
        """Return the message object of the Web API, of events and of interactions."""
        message: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        message["team"] = self.team_id or settings.team_id
        if self.client_msg_id:
            message["client_msg_id"] = self.client_msg_id
        if self.bot_id:
            message |= {"bot_id": self.bot_id, "app_id": settings.app_id, "bot_profile": bot_profile(settings)}
        if self.blocks:
            message["blocks"] = self.blocks
        if self.username:
            message |= {"subtype": "bot_message", "username": self.username}
        optional: Json = {
            "subtype": self.subtype,
            "thread_ts": self.thread_ts,
            "attachments": self.attachments,
            "files": self.files,
            "edited": self.edited,
            "reactions": self.reactions,
            "metadata": self.metadata if with_metadata else None,
        }
        message |= {name: value for name, value in optional.items() if value}
        if self.reply_count:
            message |= {
                "thread_ts": self.ts,
                "reply_count": self.reply_count,
                "reply_users": list(self.reply_users),
                "reply_users_count": len(self.reply_users),
                "latest_reply": self.latest_reply,
            }
        return message

    def seen(self) -> Json:
        """Return the message as the page and the tests see it."""
        return {
            "channel": self.channel,
            "ts": self.ts,
            "thread_ts": self.thread_ts,
            "user": None if self.bot_id else self.user,
            "bot_id": self.bot_id,
            "username": self.username,
            "text": self.text,
            "blocks": self.blocks,
            "attachments": self.attachments,
            "ephemeral": self.ephemeral_to is not None,
            "edited": self.edited is not None,
            "reply_count": self.reply_count,
            "files": self.files,
            "metadata": self.metadata,
            "streaming": self.streaming,
            "status": self.status,
            "reactions": self.reactions,
            "unfurls": self.unfurls,
        }


def bot_profile(settings: WorkspaceSettings) -> Json:
    """Return the bot_profile that messages of the bot carry."""
    return {
        "id": settings.bot_id,
        "app_id": settings.app_id,
        "user_id": settings.bot_user_id,
        "name": settings.bot_name,
        "icons": {},
        "deleted": False,
        "updated": 1_700_000_000,
        "team_id": settings.team_id,
    }
