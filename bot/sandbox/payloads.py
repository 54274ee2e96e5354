"""The payloads of commands, interactions and events, field by field as Slack sends them."""

import time

from bot.sandbox.messages import Message
from bot.sandbox.people import OTHER_DOMAIN, Channel, Person
from bot.sandbox.views import View
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace


def command(workspace: Workspace, person: Person, channel: Channel, name: str, words: str) -> Json:
    """Return the form fields of a slash command."""
    settings = workspace.settings
    return {
        "token": settings.verification_token,
        "team_id": person.team_id,
        "team_domain": OTHER_DOMAIN if person.kind == "stranger" else settings.team_domain,
        "channel_id": channel.id,
        "channel_name": channel.name_in_payloads,
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": words,
        "api_app_id": settings.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url(workspace, channel.id, person.id),
        "trigger_id": workspace.tickets.trigger(person.id),
    }


def response_url(
    workspace: Workspace, channel: str, user: str, ts: str | None = None, thread: str | None = None
) -> str:
    """Return a new response URL, whole."""
    return f"{workspace.base_url}/respond/{workspace.tickets.response_url(channel, user, ts, thread)}"


def interaction(workspace: Workspace, kind: str, person: Person, view_id: str | None = None) -> Json:
    """Return what every interaction has in common; view_id is the modal it happened in.

    team is that of the person: in a shared channel it need not be the one where the app is installed.
    """
    settings = workspace.settings
    return {
        "type": kind,
        "user": {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": settings.app_id,
        "token": settings.verification_token,
        "trigger_id": workspace.tickets.trigger(person.id, view_id),
        "team": {"id": person.team_id, "domain": OTHER_DOMAIN if person.kind == "stranger" else settings.team_domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def message_press(workspace: Workspace, person: Person, message: Message, action: Json, values: Json) -> Json:
    """Return the block_actions of a press in a message. Of an ephemeral message Slack does not send the content."""
    channel = workspace.channel(message.channel)
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = interaction(workspace, "block_actions", person) | {
        "container": container,
        "channel": {"id": channel.id, "name": channel.name_in_payloads},
        "state": {"values": values},
        "response_url": response_url(workspace, channel.id, person.id, message.ts, message.thread_ts),
        "actions": [action],
    }
    if message.ephemeral_to is None:
        payload["message"] = message.payload(workspace.settings)
    return payload


def view_press(workspace: Workspace, person: Person, view: View, action: Json) -> Json:
    """Return the block_actions of a press in a modal or in App Home."""
    modal = view.view.get("type") == "modal"
    return interaction(workspace, "block_actions", person, view.id if modal else None) | {
        "container": {"type": "view", "view_id": view.id},
        "view": view.payload(workspace.settings),
        "actions": [action],
    }


def suggestion(workspace: Workspace, person: Person, view: View | Message, asking: Json) -> Json:
    """Return the block_suggestion of an external select; asking holds its action_id, block_id and the value typed."""
    payload = interaction(workspace, "block_suggestion", person)
    del payload["trigger_id"]
    payload |= asking
    if isinstance(view, View):
        return payload | {
            "container": {"type": "view", "view_id": view.id},
            "view": view.payload(workspace.settings),
        }
    channel = workspace.channel(view.channel)
    return payload | {
        "container": {"type": "message", "message_ts": view.ts, "channel_id": channel.id},
        "channel": {"id": channel.id, "name": channel.name_in_payloads},
        "message": view.payload(workspace.settings),
    }


def submission(workspace: Workspace, person: Person, view: View) -> Json:
    """Return a view_submission."""
    payload = interaction(workspace, "view_submission", person, view.id)
    return payload | {"view": view.payload(workspace.settings), "response_urls": list[object]()}


def closing(workspace: Workspace, person: Person, view: View, *, cleared: bool) -> Json:
    """Return a view_closed."""
    payload = interaction(workspace, "view_closed", person)
    del payload["trigger_id"]
    return payload | {"view": view.payload(workspace.settings), "is_cleared": cleared}


def shortcut(workspace: Workspace, person: Person, callback_id: str) -> Json:
    """Return a global shortcut."""
    return interaction(workspace, "shortcut", person) | {"callback_id": callback_id, "action_ts": f"{time.time():.6f}"}


def message_shortcut(workspace: Workspace, person: Person, callback_id: str, message: Message) -> Json:
    """Return a shortcut from the menu of a message."""
    channel = workspace.channel(message.channel)
    return interaction(workspace, "message_action", person) | {
        "callback_id": callback_id,
        "action_ts": f"{time.time():.6f}",
        "channel": {"id": channel.id, "name": channel.name_in_payloads},
        "message_ts": message.ts,
        "message": message.payload(workspace.settings),
        "response_url": response_url(workspace, channel.id, person.id, message.ts, message.thread_ts),
    }


def event(workspace: Workspace, inner: Json, channel: Channel | None = None) -> Json:
    """Return the outer event with a new event_id."""
    settings = workspace.settings
    return {
        "token": settings.verification_token,
        "team_id": settings.team_id,
        "context_team_id": settings.team_id,
        "context_enterprise_id": None,
        "api_app_id": settings.app_id,
        "event": inner,
        "type": "event_callback",
        "event_id": workspace.next_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": settings.team_id,
                "user_id": settings.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": channel is not None and channel.is_ext_shared,
        "event_context": f"4-{workspace.next_id('ec')}",
    }
