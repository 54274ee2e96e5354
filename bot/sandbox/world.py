"""Changes of the world round the bot: people come and go, channels are archived, the app is removed."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, cast

from bot.sandbox.acts import Stage
from bot.sandbox.entries import Impossible
from bot.sandbox.gateway import SocketGateway
from bot.sandbox.people import OTHER_TEAM, Channel, ChannelKind, Person, PersonKind, direct_conversation
from bot.sandbox.wire import Json, flag, items, obj, text, whole


def _channel(stage: Stage, value: object) -> Channel:
    for channel in stage.workspace.channels.values():
        if channel.id == value or (channel.name and channel.name == text(value).removeprefix("#")):
            return channel
    raise Impossible(f"There is no channel {value!r}.")


def _person(stage: Stage, value: object) -> Person:
    person = stage.workspace.somebody(text(value))
    if person is not None:
        return person
    raise Impossible(f"There is nobody {value!r} here.")


def _add_person(stage: Stage, value: object) -> Json:
    given = obj(value)
    workspace, name = stage.workspace, text(given.get("name"))
    if not name:
        raise Impossible("A person needs a name.")
    kind = text(given.get("kind"), "member")
    if kind not in ("member", "guest", "stranger"):
        raise Impossible(f"There is no kind of person {kind!r}.")
    person = Person(
        id=text(given.get("id")) or workspace.next_id("U"),
        name=name,
        real_name=text(given.get("real_name"), name.capitalize()),
        team_id=OTHER_TEAM if kind == "stranger" else workspace.settings.team_id,
        kind=kind,
        title=text(given.get("title")),
        is_admin=flag(given.get("is_admin")),
    )
    workspace.people[person.id] = person
    direct = direct_conversation(person)
    workspace.channels[direct.id] = direct
    for channel in items(given.get("channels")):
        _channel(stage, channel).members.add(person.id)
    stage.events.announce_person(person, "team_join")
    return {"person": person.id}


def _change_person(stage: Stage, value: object) -> Json:
    given = obj(value)
    person = _person(stage, given.get("id"))
    changed = replace(
        person,
        real_name=text(given.get("real_name"), person.real_name),
        title=text(given.get("title"), person.title),
        is_admin=flag(given["is_admin"]) if "is_admin" in given else person.is_admin,
        kind=cast(PersonKind, text(given.get("kind"), person.kind)),
        deleted=flag(given["deleted"]) if "deleted" in given else person.deleted,
    )
    stage.workspace.people[person.id] = changed
    stage.events.announce_person(changed)
    return {}


def _undisturbed(stage: Stage, value: object) -> Json:
    """{"id": who, "since": ts, "until": ts}: between these times they do not want to be disturbed."""
    given = obj(value)
    person = _person(stage, given.get("id"))
    hours = (whole(given.get("since"), 0), whole(given.get("until"), 0))
    stage.workspace.people[person.id] = replace(person, undisturbed=hours if any(hours) else None)
    return {}


def _deactivate(stage: Stage, value: object) -> Json:
    return _change_person(stage, {"id": value, "deleted": True})


def _add_channel(stage: Stage, value: object) -> Json:
    given = obj(value)
    workspace, name = stage.workspace, text(given.get("name"))
    kind = text(given.get("kind"), "channel")
    if not name or kind not in ("channel", "private"):
        raise Impossible("A channel needs a name, and its kind is channel or private.")
    channel = Channel(
        id=text(given.get("id")) or workspace.next_id("C"),
        name=name,
        kind=cast(ChannelKind, kind),
        members={_person(stage, each).id for each in items(given.get("members"))},
        bot_is_member=flag(given.get("bot_is_member")),
        is_ext_shared=flag(given.get("is_ext_shared")),
    )
    workspace.channels[channel.id] = channel
    return {"channel": channel.id}


def _archive(stage: Stage, value: object) -> Json:
    channel = _channel(stage, value)
    channel.is_archived = True
    stage.events.announce_channel("channel_archive", channel, next(iter(stage.workspace.people)))
    return {}


def _unarchive(stage: Stage, value: object) -> Json:
    _channel(stage, value).is_archived = False
    return {}


def _share(stage: Stage, value: object) -> Json:
    _channel(stage, value).is_ext_shared = True
    return {}


def _invite_bot(stage: Stage, value: object) -> Json:
    channel = _channel(stage, value)
    channel.bot_is_member = True
    stage.events.announce_channel("member_joined_channel", channel, stage.workspace.settings.bot_user_id)
    return {}


def _kick_bot(stage: Stage, value: object) -> Json:
    channel = _channel(stage, value)
    channel.bot_is_member = False
    stage.events.announce_channel("member_left_channel", channel, stage.workspace.settings.bot_user_id)
    return {}


def _join(stage: Stage, value: object) -> Json:
    channel, person = _channel(stage, obj(value).get("channel")), _person(stage, obj(value).get("user"))
    channel.members.add(person.id)
    for ts in channel.messages:  # all of it is news to the one who has come
        stage.workspace.journal.note((channel.id, ts))
    if channel.bot_is_member:
        stage.events.announce_channel("member_joined_channel", channel, person.id)
    return {}


def _leave(stage: Stage, value: object) -> Json:
    channel, person = _channel(stage, obj(value).get("channel")), _person(stage, obj(value).get("user"))
    channel.members.discard(person.id)
    if channel.bot_is_member:
        stage.events.announce_channel("member_left_channel", channel, person.id)
    return {}


def _delete_message(stage: Stage, value: object) -> Json:
    given = obj(value)
    channel = _channel(stage, given.get("channel"))
    message = channel.messages.get(text(given.get("ts")))
    if message is None:
        raise Impossible(f"There is no message {given.get('ts')!r}.")
    stage.workspace.remove(message)
    stage.events.announce_change(message, message.payload(stage.workspace.settings), deleted=True)
    return {}


def _end_streams(stage: Stage, _value: object) -> Json:
    """Slack ends what was streamed for too long: about five minutes."""
    for channel in stage.workspace.channels.values():
        for message in channel.messages.values():
            if message.streaming:
                message.streaming = False
                stage.workspace.changed(message)
    return {}


def _uninstall(stage: Stage, _value: object) -> Json:
    """The app is removed: its token dies at once, and two events say so."""
    settings = stage.workspace.settings
    event_ts = stage.workspace.next_ts()
    revoked: Json = {
        "type": "tokens_revoked",
        "tokens": {"oauth": [], "bot": [settings.bot_user_id]},
        "event_ts": event_ts,
    }
    removed: Json = {"type": "app_uninstalled", "event_ts": event_ts}
    for inner in (revoked, removed):
        if stage.events.wanted(text(inner["type"])):
            stage.events.background(stage.events.send(inner))
    stage.workspace.installed = False
    return {}


def _install(stage: Stage, _value: object) -> Json:
    stage.workspace.installed = True
    return {}


def _disconnect_sockets(stage: Stage, value: object) -> Json:
    if isinstance(stage.gateway, SocketGateway):
        stage.events.background(stage.gateway.disconnect(text(value, "refresh_requested")))
    return {}


Change: TypeAlias = Callable[[Stage, object], Json]
CHANGES: dict[str, Change] = {
    "add_channel": _add_channel,
    "add_person": _add_person,
    "archive": _archive,
    "change_person": _change_person,
    "deactivate": _deactivate,
    "delete_message": _delete_message,
    "disconnect_sockets": _disconnect_sockets,
    "end_streams": _end_streams,
    "install": _install,
    "invite_bot": _invite_bot,
    "join": _join,
    "kick_bot": _kick_bot,
    "leave": _leave,
    "share": _share,
    "unarchive": _unarchive,
    "undisturbed": _undisturbed,
    "uninstall": _uninstall,
}


def change(stage: Stage, asked: Json) -> Json:
    """Do each change that is asked for, and return the ids of what was added.

    Raises Impossible for a change, person or channel that does not exist.
    """
    done: Json = {}
    for name, value in asked.items():
        if name not in CHANGES:
            raise Impossible(f"The world knows no change {name!r}; it knows {', '.join(CHANGES)}.")
        done |= CHANGES[name](stage, value)
    stage.workspace.journal.note()
    return done
