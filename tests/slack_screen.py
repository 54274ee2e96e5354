"""Everything one person sees, kept up to date by the changes only, and what came of the person's deeds."""

from dataclasses import dataclass, field
from typing import overload

from bot.sandbox.wire import Json, items, maybe_text, obj, objs, text, whole
from tests.slack_things import Home, Message, Modal, NotThere


@dataclass
class Screen:
    """What one person sees, kept up to date by the changes only."""

    version: int = 0
    state: Json = field(default_factory=dict[str, object])
    known: dict[str, dict[str, Message]] = field(default_factory=dict[str, dict[str, Message]])

    def take(self, state: Json) -> None:
        """Take over what has changed; an answer that was overtaken by a later one says nothing new."""
        if whole(state.get("version"), 0) < self.version:
            return
        self.state, self.version = state, whole(state.get("version"), 0)
        for channel, messages in obj(state.get("messages")).items():
            of_channel = self.known.setdefault(channel, {})
            for raw in objs(messages):
                of_channel[text(raw["ts"])] = Message(raw)
        for pair in items(state.get("removed")):
            channel, ts = (text(each) for each in items(pair))
            self.known.get(channel, {}).pop(ts, None)

    @property
    def channels(self) -> list[Json]:
        """The channels in the sidebar and the channel browser, as the control door describes them."""
        return objs(self.state.get("channels"))

    def channel_id(self, name: str) -> str:
        """Return the id of the channel with this name, id, or "bot". Raises NotThere."""
        for channel in self.channels:
            if name == "bot" and channel["kind"] == "im":
                return text(channel["id"])
            if name == channel["id"] or (channel["name"] and name.removeprefix("#") == channel["name"]):
                return text(channel["id"])
        raise NotThere(f"There is no channel {name!r} on this screen.")

    def person_id(self, name: str) -> str:
        """Return the id of the person with this name, full name or id. Raises NotThere."""
        for person in objs(self.state.get("people")):
            if name in (person["id"], person["name"], person["real_name"]):
                return text(person["id"])
        raise NotThere(f"There is nobody {name!r} here.")

    def messages(self, channel: str, thread_ts: str | None = None) -> list[Message]:
        """Return the messages everybody sees in a channel, or in one of its threads."""
        everything = [each for each in self._in(channel) if not each.ephemeral]
        if thread_ts is None:
            return [each for each in everything if each.thread_ts in (None, each.ts)]
        return [each for each in everything if thread_ts in (each.ts, each.thread_ts)]

    def ephemerals(self, channel: str | None = None) -> list[Message]:
        """Return the messages only this person sees."""
        where = list(self.known) if channel is None else [channel]
        found = [each for name in where for each in self._in(name) if each.ephemeral]
        return sorted(found, key=lambda each: each.ts)

    def message(self, channel: str, ts: str) -> Message | None:
        """Return one message."""
        return self.known.get(self.channel_id(channel), {}).get(ts)

    def _in(self, channel: str) -> list[Message]:
        found = self.known.get(self.channel_id(channel), {})
        return [found[ts] for ts in sorted(found)]

    def modals(self) -> list[Modal]:
        """Return the open modals, bottom first."""
        return [Modal(each) for each in objs(self.state.get("views"))]

    def modal(self) -> Modal | None:
        """Return the modal on top."""
        return self.modals()[-1] if self.modals() else None

    def home(self) -> Home | None:
        """Return App Home."""
        home = self.state.get("home")
        return None if home is None else Home(obj(home))

    def toasts(self) -> list[str]:
        """Return what Slack itself said."""
        return [text(each["text"]) for each in objs(self.state.get("toasts"))]

    @overload
    def now(self, thing: Message) -> Message: ...
    @overload
    def now(self, thing: Modal) -> Modal: ...
    @overload
    def now(self, thing: Home) -> Home: ...
    def now(self, thing: Message | Modal | Home) -> Message | Modal | Home:
        """Return the same thing as it is shown now. Raises NotThere where it is gone."""
        found: Message | Modal | Home | None = None
        match thing:
            case Message():
                found = self.message(thing.channel, thing.ts)
            case Modal():
                found = next((each for each in self.modals() if each.id == thing.id), None)
            case Home():
                found = self.home()
        if found is None:
            raise NotThere(f"It is no longer on the screen: {thing.plain()}")
        return found


@dataclass(frozen=True)
class Reply:
    """What came of a deed, once the bot has acknowledged it."""

    raw: Json
    closed: bool = False

    @property
    def error(self) -> str | None:
        """What Slack shows when it failed: operation_timeout or dispatch_failed."""
        return maybe_text(obj(self.raw.get("delivery")).get("error"))

    @property
    def status(self) -> int | None:
        """The bot's HTTP status (200 for an acknowledged envelope), None where nothing came back."""
        status = obj(self.raw.get("delivery")).get("status")
        return None if status is None else whole(status, 0)

    @property
    def ms(self) -> float:
        """How long the acknowledgement took."""
        ms = obj(self.raw.get("delivery")).get("ms")
        return float(ms) if isinstance(ms, int | float) else 0.0

    @property
    def deliveries(self) -> list[Json]:
        """Each delivery: status, ms, error, body."""
        return objs(self.raw.get("deliveries"))

    @property
    def ts(self) -> str:
        """The ts of the message that was written."""
        return text(self.raw.get("ts"))

    @property
    def ephemeral(self) -> Message | None:
        """What a command was answered in its acknowledgement."""
        said = self.raw.get("ephemeral")
        return None if said is None else Message(obj(said))

    @property
    def field_errors(self) -> dict[str, str]:
        """The sentence at each field of a submission that was refused, by the bot or by Slack's own client."""
        return {block_id: text(sentence) for block_id, sentence in obj(self.raw.get("errors")).items()}

    @property
    def response_action(self) -> str | None:
        """What the bot answered to a submission: close, clear, update, push, errors; None where it failed."""
        return maybe_text(self.raw.get("response_action"))
