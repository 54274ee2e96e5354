"""The state of the workspace: who is there, what was said, which modals are open. It knows no network."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.blocks import view_problems, with_ids
from bot.sandbox.journal import Journal
from bot.sandbox.messages import Message
from bot.sandbox.people import Channel, Person, story_channels, story_people
from bot.sandbox.settings import WorkspaceSettings
from bot.sandbox.tickets import Tickets
from bot.sandbox.views import STACK_LIMIT, View
from bot.sandbox.wire import Json, objs, text

TOASTS_KEPT = 20


class Refused(Exception):
    """Slack says no, with its error code, perhaps the sentences of response_metadata.messages, or the scope needed."""

    def __init__(self, code: str, messages: list[str] | None = None, *, needed: str = "") -> None:
        super().__init__(f"{code}: {needed or '; '.join(messages or [])}" if needed or messages else code)
        self.code = code
        self.needed = needed
        self.messages = messages or []


def refuse_bad_view(view: Json, surface: Literal["modal", "home"]) -> None:
    """Raises Refused(invalid_arguments) with what is wrong with the view."""
    problems = view_problems(view, surface)
    if problems:
        raise Refused("invalid_arguments", problems)


@dataclass
class Call:
    """One line of the log: a call of the bot and what it was answered."""

    n: int
    method: str
    args: Json
    response: Json
    at: float

    def seen(self) -> Json:
        """Return the line as JSON."""
        return {"n": self.n, "method": self.method, "args": self.args, "response": self.response, "at": self.at}


@dataclass
class Workspace:
    """Everything the sandbox knows. Its methods tell the readers; who changes a message by hand calls changed()."""

    settings: WorkspaceSettings
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    channels: dict[str, Channel] = field(default_factory=dict[str, Channel])
    stacks: dict[str, list[View]] = field(default_factory=dict[str, list[View]])
    lost: list[View] = field(default_factory=list[View])
    homes: dict[str, View] = field(default_factory=dict[str, View])
    toasts: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    calls: list[Call] = field(default_factory=list[Call])
    violations: list[str] = field(default_factory=list[str])
    journal: Journal = field(default_factory=Journal)
    tickets: Tickets = field(init=False)
    served: dict[tuple[str, str], list[Json]] = field(default_factory=dict[tuple[str, str], list[Json]])
    uploads: dict[str, Json] = field(default_factory=dict[str, Json])
    prompts: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    base_url: str = ""
    installed: bool = True
    last_ts: int = 0
    serial: int = 0

    def __post_init__(self) -> None:
        self.tickets = Tickets(self.settings.trigger_seconds)
        if not self.people:
            people = story_people(self.settings)
            self.people = {person.id: person for person in people}
            self.channels = {channel.id: channel for channel in story_channels(people)}

    # -- names ------------------------------------------------------------------------------------------------

    def next_ts(self) -> str:
        """Return a ts that is now, and later than every other."""
        self.last_ts = max(time.time_ns() // 1000, self.last_ts + 1)
        return f"{self.last_ts // 1_000_000}.{self.last_ts % 1_000_000:06d}"

    def next_id(self, prefix: str) -> str:
        """Return an id of Slack's form that was not given before."""
        self.serial += 1
        return f"{prefix}0{self.serial:09X}"

    def block_ids(self) -> Iterator[str]:
        """Yield fresh ids for blocks and elements that came without."""
        while True:
            self.serial += 1
            yield f"b{self.serial:05x}"

    def new_hash(self) -> str:
        """Return a new hash of a view."""
        return f"{int(time.time())}.{secrets.token_hex(4)}"

    def person(self, user: str) -> Person:
        """Return the person. Raises Refused(user_not_found)."""
        if user not in self.people:
            raise Refused("user_not_found")
        return self.people[user]

    def somebody(self, name: str) -> Person | None:
        """Return the person with this id or name, None where there is none."""
        if name in self.people:
            return self.people[name]
        return next((person for person in self.people.values() if person.name == name), None)

    def channel(self, channel: str) -> Channel:
        """Return the conversation. Raises Refused(channel_not_found)."""
        if channel not in self.channels:
            raise Refused("channel_not_found")
        return self.channels[channel]

    def direct(self, user: str) -> Channel:
        """Return the person's conversation with the bot."""
        self.person(user)
        return self.channels["D" + user[1:]]

    # -- messages ---------------------------------------------------------------------------------------------

    def post(self, message: Message) -> Message:
        """Put a new message into its channel, and count it at its thread."""
        channel = self.channels[message.channel]
        channel.messages[message.ts] = message
        if message.thread_ts and message.thread_ts != message.ts and message.ephemeral_to is None:
            channel.replies.setdefault(message.thread_ts, []).append(message.ts)
            root = channel.messages.get(message.thread_ts)
            if root is not None:
                root.reply_count += 1
                root.latest_reply = message.ts
                if message.user not in root.reply_users:
                    root.reply_users.append(message.user)
                self.journal.note((channel.id, root.ts))
        self.journal.note((channel.id, message.ts))
        return message

    def bot_message(self, channel: str, message_text: str, blocks: list[Json]) -> Message:
        """Return a message of the bot that is not yet posted."""
        settings = self.settings
        return Message(
            channel=channel,
            ts=self.next_ts(),
            user=settings.bot_user_id,
            bot_id=settings.bot_id,
            text=message_text,
            blocks=with_ids(blocks, self.block_ids()),
            team_id=settings.team_id,
        )

    def changed(self, message: Message) -> None:
        """Tell readers that the message has changed."""
        self.journal.note((message.channel, message.ts))

    def remove(self, message: Message) -> None:
        """Take the message away; replies to it stay."""
        channel = self.channels[message.channel]
        channel.messages.pop(message.ts, None)
        siblings = channel.replies.get(message.thread_ts or "", [])
        if message.ts in siblings:
            siblings.remove(message.ts)
            root = channel.messages.get(message.thread_ts or "")
            if root is not None:
                root.reply_count -= 1
                root.latest_reply = siblings[-1] if siblings else None
                self.journal.note((channel.id, root.ts))
        self.journal.note((channel.id, message.ts))

    # -- views ------------------------------------------------------------------------------------------------

    def stack(self, user: str) -> list[View]:
        """Return the open modals of the person, bottom first."""
        return self.stacks.setdefault(user, [])

    def open_view(self, view_id: str) -> View:
        """Return an open modal or a published App Home by its id. Raises Refused(not_found)."""
        for view in self.shown():
            if view.id == view_id:
                return view
        raise Refused("not_found")

    def shown(self) -> Iterator[View]:
        """Yield every view Slack still knows: open modals, those lost when a window was reloaded, every App Home."""
        for stack in self.stacks.values():
            yield from stack
        yield from self.lost
        yield from self.homes.values()

    def claim_external_id(self, view: Json, owner: View | None = None) -> None:
        """Raises Refused(duplicate_external_id) where another view Slack still knows has this external_id."""
        wanted = text(view.get("external_id"))
        if wanted and any(each is not owner and each.external_id == wanted for each in self.shown()):
            raise Refused("duplicate_external_id")

    def push_view(self, user: str, view: Json, *, root: bool) -> View:
        """Open a modal on top of the person's stack; root starts a row of its own.

        Raises Refused(push_limit_reached).
        """
        stack = self.stack(user)
        if len(stack) >= STACK_LIMIT:
            raise Refused("push_limit_reached")
        view_id = self.next_id("V")
        opened = View(
            id=view_id,
            user=user,
            hash=self.new_hash(),
            view=view,
            blocks=with_ids(objs(view.get("blocks")), self.block_ids()),
            root_view_id=view_id if root or not stack else stack[-1].root_view_id,
            previous_view_id=None if root or not stack else stack[-1].id,
            team_id=self.person(user).team_id,
        )
        stack.append(opened)
        self.journal.note()
        return opened

    def show_instead(self, shown: View, view: Json) -> View:
        """Show another content in the same modal or App Home."""
        shown.replace(view, with_ids(objs(view.get("blocks")), self.block_ids()), self.new_hash())
        self.journal.note()
        return shown

    def publish_home(self, user: str, view: Json) -> View:
        """Show the view as the person's App Home."""
        if user in self.homes:
            return self.show_instead(self.homes[user], view)
        view_id = self.next_id("V")
        blocks = with_ids(objs(view.get("blocks")), self.block_ids())
        self.homes[user] = View(view_id, user, self.new_hash(), view, blocks, root_view_id=view_id)
        self.journal.note()
        return self.homes[user]

    # -- for the reader ---------------------------------------------------------------------------------------

    def toast(self, user: str, sentence: str) -> None:
        """Show a passing sentence of Slack's own to the person."""
        self.serial += 1
        shown = self.toasts.setdefault(user, [])
        shown.append({"id": f"toast-{self.serial}", "text": sentence})
        del shown[:-TOASTS_KEPT]
        self.journal.note()

    def violation(self, sentence: str) -> None:
        """Remember something the bot did that Slack lets pass or cannot know, and that is wrong all the same."""
        self.violations.append(sentence)
        self.journal.note()

    def record(self, method: str, args: Json, response: Json) -> None:
        """Add a line to the log of the bot's calls."""
        self.calls.append(Call(len(self.calls) + 1, method, args, response, time.time()))
        self.journal.note()
