"""One thing a person did in Slack, whatever its payload: who, where, what, and the unit it runs in."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import cast
from uuid import UUID

from bot.channels import Channels
from bot.installations import Installation
from bot.slack import Slack
from core.errors import Invalid
from core.ids import new_id
from core.intake.desk import Desk
from core.psa.registry import Psas
from core.unit import Database, Unit

Json = Mapping[str, object]
STILL_A_MESSAGE = {"file_share", "thread_broadcast"}
REWRITTEN = {"message_changed", "message_deleted"}


class Kind(StrEnum):
    COMMAND = "command"
    ACTION = "action"
    SUBMISSION = "submission"
    CLOSED = "closed"
    SHORTCUT = "shortcut"
    OPTIONS = "options"
    EVENT = "event"


@dataclass(frozen=True)
class Interaction:
    """`name` is what the surface is asked for; `argument` is the rest of a longer id; `value` what a button or choice carries."""

    kind: Kind
    name: str
    body: Json
    installation: Installation
    database: Database
    slack: Slack
    channels: Channels
    psas: Psas
    desk: Desk
    slack_user: str
    receipt: str
    channel: str | None = None
    message_ts: str | None = None
    thread_ts: str | None = None
    text: str = ""
    value: str = ""
    argument: str = ""
    trigger_id: str | None = None
    response_url: str | None = None
    view: Json | None = None

    def unit(self) -> AbstractAsyncContextManager[Unit]:
        """The transaction of this click: account, person and receipt in one. A second delivery of the same click raises `Duplicate`."""
        return self.database.unit(
            self.installation.account_id,
            person=self.slack_user,
            receipt=self.receipt,
            source=f"{self.kind}:{self.name}",
        )

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """A unit for looking only: no receipt, so a repeated delivery is answered again."""
        return self.database.unit(
            self.installation.account_id, person=self.slack_user, source=f"{self.kind}:{self.name}"
        )

    def named(self, name: str) -> Interaction:
        """The same interaction, found in the surface under `name`; what follows it in the id is the argument."""
        return replace(self, name=name, argument=self.name.removeprefix(name).lstrip("."))

    @property
    def form(self) -> str:
        """The callback id of the modal that a click was in, empty where it was in none."""
        return str((self.view or {}).get("callback_id") or "")

    @property
    def _event(self) -> Json:
        event = self.body.get("event")
        return cast("Json", event) if isinstance(event, dict) else {}

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the files that came with a message."""
        shared = self._event.get("files")
        if not isinstance(shared, list):
            return ()
        files = [cast("Json", file) for file in cast("list[object]", shared) if isinstance(file, dict)]
        return tuple(str(file.get("name") or file.get("title") or "a file") for file in files)

    @property
    def answers_us(self) -> bool:
        """Written in a thread that begins with a message of ours."""
        return self._event.get("parent_user_id") == self.installation.bot_user_id

    @property
    def is_direct(self) -> bool:
        """In the person's conversation with the app."""
        said_so = self._event.get("channel_type") == "im"
        return said_so or (self.channel or "").startswith("D")

    def id_from_value(self) -> UUID:
        """The id a button or menu option carries ("verb:id" or "id"). Raises `Invalid` for anything else."""
        return as_id(self.value.rpartition(":")[2])


def as_id(text: object) -> UUID:
    """Raises `Invalid` when `text` is no id: an old or forged payload."""
    try:
        return UUID(str(text))
    except ValueError:
        raise Invalid("This button carries nothing FlowPilot knows. Please use the newest message.") from None


def parse(
    body: Json, installation: Installation, database: Database, slack: Slack, channels: Channels, psas: Psas, desk: Desk
) -> Interaction | None:
    """Reads a payload of any kind. None: nothing for us (a message of ours or of another bot, a kind nobody sends a person's click as).

    Raises `Invalid` for a payload that misses what Slack always sends.
    """
    try:
        return _parse(
            body,
            Interaction(
                Kind.EVENT, "", body, installation, database, slack, channels, psas, desk, slack_user="", receipt=""
            ),
        )
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise Invalid("Slack sent something FlowPilot cannot read. Nothing was changed.") from error


def _parse(body: Json, base: Interaction) -> Interaction | None:
    kind = body.get("type")
    if "command" in body:
        return _command(base, body)
    if kind == "event_callback":
        return _event(base, body)
    person = replace(base, slack_user=_text(_dict(body["user"])["id"]), trigger_id=_maybe(body.get("trigger_id")))
    match kind:
        case "block_actions":
            return _action(person, body)
        case "view_submission" | "view_closed":
            view = _dict(body["view"])
            return replace(
                person,
                kind=Kind.SUBMISSION if kind == "view_submission" else Kind.CLOSED,
                name=_text(view["callback_id"]),
                view=view,
                receipt=f"view:{view['id']}:{view.get('hash')}",
            )
        case "shortcut" | "message_action":
            message = _dict(body.get("message") or {})
            return replace(
                person,
                kind=Kind.SHORTCUT,
                name=_text(body["callback_id"]),
                channel=_maybe(_dict(body.get("channel") or {}).get("id")),
                message_ts=_maybe(message.get("ts")),
                thread_ts=_maybe(message.get("thread_ts")),
                text=str(message.get("text") or ""),
                response_url=_maybe(body.get("response_url")),
                receipt=_receipt("shortcut", body.get("trigger_id"), body.get("action_ts")),
            )
        case "block_suggestion":
            return replace(person, kind=Kind.OPTIONS, name=_text(body["action_id"]), value=str(body.get("value") or ""))
        case _:
            return None


def _command(base: Interaction, body: Json) -> Interaction:
    return replace(
        base,
        kind=Kind.COMMAND,
        name=_text(body["command"]),
        slack_user=_text(body["user_id"]),
        channel=_text(body["channel_id"]),
        text=str(body.get("text") or ""),
        trigger_id=_maybe(body.get("trigger_id")),
        response_url=_maybe(body.get("response_url")),
        receipt=_receipt("command", body.get("trigger_id")),
    )


def _action(base: Interaction, body: Json) -> Interaction:
    action = _dict(cast("list[object]", body["actions"])[0])
    container = _dict(body.get("container") or {})
    message = _dict(body.get("message") or {})
    chosen = _dict(action.get("selected_option") or {})
    value = (
        chosen.get("value")
        or action.get("value")
        or action.get("selected_user")
        or action.get("selected_conversation")
        or ""
    )
    return replace(
        base,
        kind=Kind.ACTION,
        name=_text(action["action_id"]),
        value=str(value),
        channel=_maybe(_dict(body.get("channel") or {}).get("id") or container.get("channel_id")),
        message_ts=_maybe(message.get("ts") or container.get("message_ts")),
        thread_ts=_maybe(message.get("thread_ts")),
        response_url=_maybe(body.get("response_url")),
        view=_dict(body["view"]) if body.get("view") else None,
        receipt=_receipt("action", body.get("trigger_id"), action.get("action_ts")),
    )


def _event(base: Interaction, body: Json) -> Interaction | None:
    event = _dict(body["event"])
    name = _text(event["type"])
    if name == "message" and event.get("subtype") in REWRITTEN:
        return _rewritten(base, body, event)
    user = event.get("user")
    if isinstance(user, dict):  # user_change carries the whole person
        user = _dict(cast("object", user)).get("id")
    if event.get("bot_id") or not isinstance(user, str):
        return None
    ts = _maybe(event.get("ts"))
    subtype = None if event.get("subtype") in STILL_A_MESSAGE else event.get("subtype")
    # app_mention and message both arrive for one mention: they share a receipt.
    is_message = name in {"message", "app_mention"} and not subtype
    return replace(
        base,
        name=f"{name}.{subtype}" if subtype else name,
        slack_user=user,
        channel=_maybe(event.get("channel")),
        message_ts=ts,
        thread_ts=_maybe(event.get("thread_ts")),
        text=str(event.get("text") or ""),
        receipt=f"message:{event.get('channel')}:{ts}"
        if is_message and ts
        else _receipt("event", body.get("event_id")),
    )


def _rewritten(base: Interaction, body: Json, event: Json) -> Interaction | None:
    """Somebody changed or deleted a message of theirs. The root of a thread that is deleted leaves a tombstone, which is a change to Slack."""
    message = _dict(event.get("message") or event.get("previous_message"))
    gone = event["subtype"] == "message_deleted" or message.get("subtype") == "tombstone"
    before = _dict(event.get("previous_message") or message)
    if before.get("bot_id") or message.get("bot_id"):
        return None
    return replace(
        base,
        name="message.deleted" if gone else "message.changed",
        slack_user=_text(before["user"]),
        channel=_maybe(event.get("channel")),
        message_ts=_maybe(message.get("ts")),
        thread_ts=_maybe(message.get("thread_ts")),
        text="" if gone else str(message.get("text") or ""),
        receipt=_receipt("event", body.get("event_id")),
    )


def _receipt(kind: str, *marks: object) -> str:
    """What tells one delivery from another. Without any mark of Slack's every delivery is its own: doing it again beats not doing it."""
    given = [str(mark) for mark in marks if mark]
    return ":".join([kind, *(given or [str(new_id())])])


def _dict(value: object) -> Json:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return cast("Json", value)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 255:
        raise TypeError("not a short text")
    return value


def _maybe(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
