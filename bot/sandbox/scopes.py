"""Which scope a method or an event needs: without it Slack answers missing_scope, or stays silent."""

READ = {"channel": "channels:read", "private": "groups:read", "im": "im:read"}
HISTORY = {"channel": "channels:history", "private": "groups:history", "im": "im:history"}

METHODS: dict[str, str | dict[str, str]] = {
    "agents.sessions.setStatus": "chat:write",
    "assistant.threads.setStatus": "chat:write",
    "assistant.threads.setSuggestedPrompts": "assistant:write",
    "chat.appendStream": "chat:write",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.postMessage": "chat:write",
    "chat.startStream": "chat:write",
    "chat.stopStream": "chat:write",
    "chat.unfurl": "links:write",
    "chat.update": "chat:write",
    "conversations.history": HISTORY,
    "conversations.info": READ,
    "conversations.join": "channels:join",
    "conversations.members": READ,
    "conversations.open": "im:write",
    "conversations.replies": HISTORY,
    "dnd.info": "dnd:read",
    "dnd.teamInfo": "dnd:read",
    "files.completeUploadExternal": "files:write",
    "files.getUploadURLExternal": "files:write",
    "reactions.add": "reactions:write",
    "team.info": "team:read",
    "users.info": "users:read",
    "users.list": "users:read",
    "users.lookupByEmail": "users:read.email",
}
LISTED = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}

EVENTS = {
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "team_join": "users:read",
    "user_change": "users:read",
}
ALL = tuple(
    sorted(
        {
            *(
                scope
                for needed in METHODS.values()
                for scope in ([needed] if isinstance(needed, str) else needed.values())
            ),
            *EVENTS.values(),
            "commands",
            "im:write",
        }
    )
)


def missing(method: str, channel_kind: str | None, types: str, granted: tuple[str, ...]) -> str | None:
    """Return the scope that the call lacks, None where it may be made.

    channel_kind is that of the conversation the call names, if any; types is the argument of conversations.list.
    """
    if method == "conversations.list":
        wanted = [LISTED[each] for each in (types or "public_channel").split(",") if each in LISTED]
        return next((scope for scope in wanted if scope not in granted), None)
    needed = METHODS.get(method)
    if isinstance(needed, dict):
        needed = needed.get(channel_kind or "")
    return needed if needed is not None and needed not in granted else None
