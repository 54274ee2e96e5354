"""Messages, modals and App Home as a person sees them, and what in them can be pressed, chosen or filled in."""

from dataclasses import dataclass
from typing import Protocol

from bot.sandbox.views import elements
from bot.sandbox.wire import Json, flag, items, maybe_text, obj, objs, text


class NotThere(AssertionError):
    """A person could not do this: the button, field, option or message is not on the screen."""


UNREAD = ("confirm", "placeholder", "options", "option_groups", "initial_option", "initial_options")


class Directory(Protocol):
    """Who knows the ids of people and channels."""

    def person_id(self, name: str) -> str:
        """Return the id of the person with this name, full name or id. Raises NotThere."""
        ...

    def channel_id(self, name: str) -> str:
        """Return the id of the channel with this name, id, or "bot". Raises NotThere."""
        ...


def words_in(value: object) -> list[str]:
    """Return every text a person reads in blocks, in order."""
    found = [word for each in items(value) for word in words_in(each)]
    thing = obj(value)
    for name, inner in thing.items():
        if isinstance(inner, str) and (
            name in ("text", "alt_text") or (name, thing.get("type")) == ("title", "task_card")
        ):
            found.append(inner)
        elif name in ("user_id", "channel_id", "url") and thing.get("type") in ("user", "channel", "link"):
            found.append(text(inner))
        elif name not in UNREAD:
            found += words_in(inner)
    return found


@dataclass(frozen=True)
class Control:
    """A button, menu or field."""

    block: Json
    element: Json

    @property
    def action_id(self) -> str:
        """Its action_id."""
        return text(self.element.get("action_id"))

    @property
    def kind(self) -> str:
        """Its type."""
        return text(self.element.get("type"))

    @property
    def label(self) -> str:
        """What a person calls it: a button's text, a field's label, a menu's placeholder."""
        own = text(obj(self.element.get("text")).get("text")) or text(obj(self.block.get("label")).get("text"))
        return own or text(obj(self.element.get("placeholder")).get("text"))

    @property
    def names(self) -> set[str]:
        """All by which it can be found: label, action_id, block_id, placeholder, and the text beside it."""
        placeholder = text(obj(self.element.get("placeholder")).get("text"))
        beside = text(obj(self.block.get("text")).get("text"))
        return {self.label, self.action_id, text(self.block.get("block_id")), placeholder, beside} - {""}

    @property
    def where(self) -> dict[str, object]:
        """Its place, for the control door."""
        return {"block_id": self.block.get("block_id"), "action_id": self.action_id}

    @property
    def options(self) -> dict[str, str]:
        """The options it offers: text → value."""
        offered = objs(self.element.get("options"))
        for group in objs(self.element.get("option_groups")):
            offered += objs(group.get("options"))
        return {text(obj(each.get("text")).get("text")): text(each.get("value")) for each in offered}

    def value_of(self, wanted: object, screen: Directory) -> object:
        """Return what the control door takes for what a person picks. Raises NotThere for an option not offered."""
        if items(wanted):
            return [self.value_of(each, screen) for each in items(wanted)]
        if not isinstance(wanted, str) or not wanted:
            return wanted
        if self.options:
            if wanted in self.options:
                return self.options[wanted]
            if wanted in self.options.values():
                return wanted
            raise NotThere(f"{self.names} offers {list(self.options)}, not {wanted!r}.")
        if "users_select" in self.kind:
            return screen.person_id(wanted)
        if "channels_select" in self.kind or "conversations_select" in self.kind:
            return screen.channel_id(wanted)
        return wanted


@dataclass(frozen=True)
class Shown:
    """A message or a view."""

    raw: Json

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        return objs(self.raw.get("blocks"))

    @property
    def controls(self) -> list[Control]:
        """All that can be pressed, chosen or filled in."""
        return [Control(block, element) for block, element in elements(self.blocks)]

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [each.label for each in self.controls if each.kind == "button"]

    @property
    def where(self) -> dict[str, object]:
        """Its place, for the control door."""
        raise NotImplementedError

    def plain(self) -> str:
        """Return all text in it, a line each."""
        return "\n".join(words_in(self.blocks))

    def button(self, label: str) -> Control:
        """Return the button with this label or action_id. Raises NotThere; also where two have the label."""
        found = [
            each for each in self.controls if each.kind.endswith("button") and label in (each.action_id, each.label)
        ]
        if len(found) != 1:
            raise NotThere(
                f"There are {len(found)} buttons {label!r}; there are {self.buttons}. It says: {self.plain()}"
            )
        return found[0]

    def menu(self, label: str, option: object) -> Control:
        """Return the menu with this name, or the overflow menu that has the option. Raises NotThere."""
        menus = [each for each in self.controls if each.kind != "button"]
        found = [each for each in menus if label in each.names and each.kind != "overflow"]
        found = found or [each for each in menus if each.kind == "overflow" and label in each.names]
        found = found or [
            each for each in menus if each.kind == "overflow" and {option} & {*each.options, *each.options.values()}
        ]
        if len(found) != 1:
            raise NotThere(f"There are {len(found)} menus {label!r}; there are {[each.names for each in menus]}.")
        return found[0]


@dataclass(frozen=True)
class Message(Shown):
    """A message as it was when it was read."""

    @property
    def channel(self) -> str:
        """The id of its channel."""
        return text(self.raw.get("channel"))

    @property
    def ts(self) -> str:
        """Its ts."""
        return text(self.raw.get("ts"))

    @property
    def thread_ts(self) -> str | None:
        """The ts of the thread it stands in."""
        return maybe_text(self.raw.get("thread_ts"))

    @property
    def text(self) -> str:
        """Its top-level text, with Slack's escapes."""
        return text(self.raw.get("text"))

    @property
    def user(self) -> str | None:
        """The user id of a person who wrote it, None for the bot's."""
        return maybe_text(self.raw.get("user"))

    @property
    def by_bot(self) -> bool:
        """Whether the bot wrote it."""
        return maybe_text(self.raw.get("bot_id")) is not None

    @property
    def ephemeral(self) -> bool:
        """Whether only this person sees it."""
        return flag(self.raw.get("ephemeral"))

    @property
    def metadata(self) -> Json:
        """Its metadata, empty where it has none."""
        return obj(self.raw.get("metadata"))

    @property
    def files(self) -> list[Json]:
        """Its files; `content` is what was uploaded."""
        return objs(self.raw.get("files"))

    @property
    def where(self) -> dict[str, object]:
        """Its place, for the control door."""
        return {"channel": self.channel, "ts": self.ts}

    def plain(self) -> str:
        """Return all a person reads: the blocks, or the text where there are none."""
        return "\n".join(words_in(self.blocks)) if self.blocks else self.text


@dataclass(frozen=True)
class View(Shown):
    """A modal or App Home as it was when it was read."""

    @property
    def view(self) -> Json:
        """The view as the bot gave it."""
        return obj(self.raw.get("view"))

    @property
    def blocks(self) -> list[Json]:
        """Its blocks."""
        return objs(self.view.get("blocks"))

    @property
    def id(self) -> str:
        """Its view_id."""
        return text(self.raw.get("id"))

    @property
    def hash(self) -> str:
        """Its hash, another one after each change."""
        return text(self.raw.get("hash"))

    @property
    def where(self) -> dict[str, object]:
        """Its place, for the control door."""
        return {"view_id": self.id}


@dataclass(frozen=True)
class Home(View):
    """App Home."""


@dataclass(frozen=True)
class Modal(View):
    """A modal."""

    @property
    def title(self) -> str:
        """Its title."""
        return text(obj(self.view.get("title")).get("text"))

    @property
    def submit_label(self) -> str | None:
        """The label of its submit button, None where it has none."""
        return maybe_text(obj(self.view.get("submit")).get("text"))

    @property
    def callback_id(self) -> str:
        """Its callback_id."""
        return text(self.view.get("callback_id"))

    @property
    def external_id(self) -> str:
        """Its external_id."""
        return text(self.raw.get("external_id"))

    @property
    def errors(self) -> dict[str, str]:
        """The sentence at each field that was refused."""
        return {block_id: text(sentence) for block_id, sentence in obj(self.raw.get("errors")).items()}

    @property
    def fields(self) -> list[str]:
        """The block_ids of its inputs."""
        return [text(each.get("block_id")) for each in self.blocks if each.get("type") == "input"]

    @property
    def values(self) -> Json:
        """What stands in its fields: state.values as the bot would get it."""
        return obj(self.raw.get("values"))

    def field(self, block_id: str) -> Control:
        """Return the field in that block. Raises NotThere."""
        found = [each for each in self.controls if block_id == each.block.get("block_id") and each.kind != "button"]
        if len(found) != 1:
            raise NotThere(f"There is no field {block_id!r} in {self.title!r}; there are {self.fields}.")
        return found[0]
