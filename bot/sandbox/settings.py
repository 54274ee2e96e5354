"""What distinguishes one sandbox workspace from another: ids, secrets and how impatient it is."""

from dataclasses import dataclass, replace
from typing import Literal

from bot.sandbox import scopes
from bot.sandbox.wire import Json, flag, items, obj, objs, text

EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_archive",
    "link_shared",
    "member_joined_channel",
    "member_left_channel",
    "message.channels",
    "message.groups",
    "message.im",
    "team_join",
    "tokens_revoked",
    "user_change",
)


@dataclass(frozen=True)
class SlashCommand:
    """A slash command the app has declared."""

    command: str
    description: str
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True)
class Shortcut:
    """A shortcut the app has declared: global, or in the menu of a message."""

    name: str
    type: str
    callback_id: str
    description: str = ""


@dataclass(frozen=True)
class WorkspaceSettings:
    """One workspace with one installed app.

    ack_seconds is how long Slack waits for an answer, trigger_seconds how long a trigger_id lives, retry_seconds the
    pause before each redelivery of an event (Slack itself: none, a minute, five minutes). Only the events named are
    sent, and only the commands and shortcuts named exist; where none are, all do.
    """

    mode: Literal["http", "socket"] = "http"
    bot_token: str = "xoxb-sandbox-bot"  # noqa: S105 - worth nothing outside the loopback
    app_token: str = "xapp-1-sandbox"  # noqa: S105
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105
    verification_token: str = "sandbox-verification"  # noqa: S105
    team_id: str = "T0FLOWPLT1"
    team_name: str = "FlowPilot Sandbox"
    team_domain: str = "flowpilot-sandbox"
    app_id: str = "A0FLOWPLT1"
    bot_id: str = "B0FLOWPLT1"
    bot_user_id: str = "U0FLOWBOT1"
    bot_name: str = "FlowPilot"
    scopes: tuple[str, ...] = scopes.ALL
    events: tuple[str, ...] = EVENTS
    commands: tuple[SlashCommand, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    unfurl_domains: tuple[str, ...] = ("127.0.0.1",)
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    retry_seconds: tuple[float, ...] = (0.0, 1.0, 3.0)

    def of_manifest(self, manifest: Json) -> "WorkspaceSettings":
        """Return the same workspace with the app as its manifest (parsed) declares it, optional scopes included."""
        features, app = obj(manifest.get("features")), obj(manifest.get("settings"))
        granted = obj(obj(manifest.get("oauth_config")).get("scopes"))
        return replace(
            self,
            bot_name=text(obj(features.get("bot_user")).get("display_name"), self.bot_name),
            scopes=tuple(text(each) for name in ("bot", "bot_optional") for each in items(granted.get(name))),
            events=tuple(text(each) for each in items(obj(app.get("event_subscriptions")).get("bot_events"))),
            commands=tuple(
                SlashCommand(
                    text(each.get("command")),
                    text(each.get("description")),
                    text(each.get("usage_hint")),
                    flag(each.get("should_escape")),
                )
                for each in objs(features.get("slash_commands"))
            ),
            # The sandbox's own desk, beside what the manifest names.
            unfurl_domains=(*self.unfurl_domains, *(text(each) for each in items(features.get("unfurl_domains")))),
            shortcuts=tuple(
                Shortcut(
                    text(each.get("name")),
                    text(each.get("type")),
                    text(each.get("callback_id")),
                    text(each.get("description")),
                )
                for each in objs(features.get("shortcuts"))
            ),
        )
