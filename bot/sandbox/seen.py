"""What one person sees of the workspace: the answer of /sandbox/state and /sandbox/wait."""

from dataclasses import asdict

from bot.sandbox.messages import Message
from bot.sandbox.people import Channel, Person
from bot.sandbox.wire import Json
from bot.sandbox.workspace import Workspace


def state_for(workspace: Workspace, person: Person, *, bot_alive: bool, since: int | None = None) -> Json:
    """Return what the person may see now.

    With since, `messages` holds only those that were touched after that version, and `removed` lists the [channel, ts]
    pairs that are gone: enough for a reader who kept the rest.
    """
    shown = {channel.id: channel for channel in workspace.channels.values() if channel.visible_to(person)}
    state = common_state(workspace, bot_alive=bot_alive) | {
        "channels": [_channel(workspace, channel, person) for channel in shown.values()],
        "views": [view.seen() for view in workspace.stacks.get(person.id, [])],
        "home": None,
        "toasts": list(workspace.toasts.get(person.id, [])),
    }
    if person.id in workspace.homes:
        state["home"] = workspace.homes[person.id].seen()
    if since is None:
        state["messages"] = {
            channel.id: [message.seen() for message in channel.messages.values() if _visible(message, person)]
            for channel in shown.values()
        }
        return state
    messages: dict[str, list[Json]] = {}
    removed: list[list[str]] = []
    for channel_id, ts in workspace.journal.messages_since(since):
        if channel_id in shown:
            message = shown[channel_id].messages.get(ts)
            if message is None:
                removed.append([channel_id, ts])
            elif _visible(message, person):
                messages.setdefault(channel_id, []).append(message.seen())
    return state | {"messages": messages, "removed": removed}


def common_state(workspace: Workspace, *, bot_alive: bool) -> Json:
    """Return what is the same for everybody: the version, the team, who is there."""
    settings = workspace.settings
    return {
        "version": workspace.journal.version,
        "team": {"id": settings.team_id, "name": settings.team_name, "domain": settings.team_domain},
        "people": [_person(each) for each in workspace.people.values()],
        "bot": {"user_id": settings.bot_user_id, "name": settings.bot_name, "alive": bot_alive},
        "commands": [asdict(each) for each in settings.commands],
        "shortcuts": [asdict(each) for each in settings.shortcuts],
    }


def _visible(message: Message, person: Person) -> bool:
    return message.ephemeral_to in (None, person.id)


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "kind": "deactivated" if person.deleted else person.kind,
        "title": person.title,
    }


def _channel(workspace: Workspace, channel: Channel, person: Person) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "is_member": person.id in channel.members,
        "bot_is_member": channel.bot_is_member,
        "is_archived": channel.is_archived,
        "is_ext_shared": channel.is_ext_shared,
        "with": channel.with_user,
        "prompts": workspace.prompts.get(channel.id, []),
    }
