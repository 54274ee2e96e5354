"""Somebody in the workspace: what they read and what they do."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.wire import Json, obj, objs, text
from tests.patience import PATIENCE
from tests.slack_screen import Reply, Screen
from tests.slack_things import Home, Message, Modal

if TYPE_CHECKING:
    from tests.slack import Slack


@dataclass(frozen=True)
class Person:
    """Somebody in the workspace. A channel is named "helpdesk" or by its id; "bot" is the conversation with the bot.

    Every deed takes repeat (deliver the very same payload n times at once) and stale_clock (an old signature).
    """

    slack: "Slack"
    name: str

    # -- reading ----------------------------------------------------------------------------------------------

    async def screen(self) -> Screen:
        """Return everything the person sees now."""
        return await self.slack.screen(self.name)

    async def id(self) -> str:
        """Return the person's user id."""
        return (await self.screen()).person_id(self.name)

    async def messages(self, channel: str, thread_ts: str | None = None) -> list[Message]:
        """Return what everybody sees in a channel, or in one of its threads (the root first)."""
        return (await self.screen()).messages(channel, thread_ts)

    async def ephemerals(self, channel: str | None = None) -> list[Message]:
        """Return the messages that only this person sees, in one channel or in all, in order."""
        return (await self.screen()).ephemerals(channel)

    async def message(self, channel: str, ts: str) -> Message | None:
        """Return one message as it is now, None where it is gone."""
        return (await self.screen()).message(channel, ts)

    async def modal(self) -> Modal | None:
        """Return the modal on top, None where none is open."""
        return (await self.screen()).modal()

    async def modals(self) -> list[Modal]:
        """Return all open modals, bottom first."""
        return (await self.screen()).modals()

    async def home_now(self) -> Home | None:
        """Return App Home as last published, without opening it."""
        return (await self.screen()).home()

    async def toasts(self) -> list[str]:
        """Return what Slack itself has told the person in passing."""
        return (await self.screen()).toasts()

    # -- doing ------------------------------------------------------------------------------------------------

    async def do(self, kind: str, **asked: object) -> Reply:
        """Do one thing of the control door by its raw fields."""
        said = await self.slack.ask("POST", "/sandbox/do", {"as": self.name, "kind": kind, **asked})
        return Reply(said)

    async def command(self, words: str, channel: str = "helpdesk", **more: object) -> Reply:
        """Type a slash command with its text: `/pilot new Printer is down`."""
        name, _, rest = words.partition(" ")
        where = (await self.screen()).channel_id(channel)
        return await self.do("command", channel=where, command=name, text=rest, **more)

    async def say(self, channel: str, words: str, thread_ts: str | None = None, **more: object) -> Reply:
        """Write a message; `@FlowPilot` mentions the bot. The reply's `ts` is that of the message."""
        where = (await self.screen()).channel_id(channel)
        return await self.do("message", channel=where, text=words, thread_ts=thread_ts, **more)

    async def edit(self, message: Message, words: str) -> Reply:
        """Change one's own message."""
        return await self.do("edit", channel=message.channel, ts=message.ts, text=words)

    async def delete(self, message: Message) -> Reply:
        """Delete one's own message."""
        return await self.do("delete", channel=message.channel, ts=message.ts)

    async def press(self, label: str, on: Message | Modal | Home, **more: object) -> Reply:
        """Press the button with this label or action_id, as it is shown now. Raises NotThere where it is not there."""
        shown = (await self.screen()).now(on)
        return await self.do("press", **shown.where, **shown.button(label).where, **more)

    async def press_stale(self, message: Message, label: str, **more: object) -> Reply:
        """Press a button on the message as it was once, as an old window still shows it."""
        return await self.do("press", **message.where, **message.button(label).where, snapshot=message.raw, **more)

    async def choose(self, label: str, option: object, on: Message | Modal | Home, **more: object) -> Reply:
        """Choose an option by its text (or value; a list of them in multiple menus, a person's name, a date).

        label is the menu's label, placeholder or action_id. Raises NotThere where menu or option is not there.
        """
        screen = await self.screen()
        shown = screen.now(on)
        menu = shown.menu(label, option)
        return await self.do("press", **shown.where, **menu.where, value=menu.value_of(option, screen), **more)

    async def type_into(self, modal: Modal, block_id: str, words: str) -> Reply:
        """Type into a field; where the form listens to its fields the bot is told, as it is while somebody writes."""
        current = (await self.screen()).now(modal)
        return await self.do("press", **current.where, **current.field(block_id).where, value=words)

    async def open_modal(self, label: str, on: Message | Modal | Home, within: float = PATIENCE) -> Modal:
        """Press, and return the modal that opens, or what the modal on top has turned into."""
        before = await self.modal()
        await self.press(label, on)
        return await self.next_modal(before, within)

    async def next_modal(self, before: Modal | None, within: float = PATIENCE) -> Modal:
        """Return the modal on top as soon as it is another one than before, or shows another content."""

        async def another() -> Modal | None:
            top = await self.modal()
            return top if top is not None and (before is None or top.hash != before.hash) else None

        return await self.slack.until(another, within)

    async def options(self, label: str, query: str, on: Message | Modal | Home) -> list[str]:
        """Type into a menu that asks the bot for its options, and return their texts."""
        shown = (await self.screen()).now(on)
        reply = await self.do("options", **shown.where, **shown.menu(label, None).where, query=query)
        return [text(obj(each.get("text")).get("text")) for each in objs(reply.raw.get("options"))]

    async def shortcut(self, callback_id: str, on: Message | None = None, **more: object) -> Reply:
        """Use a shortcut: a global one, or one from the menu of a message."""
        where = {} if on is None else on.where
        return await self.do("shortcut", callback_id=callback_id, **where, **more)

    async def submit(self, modal: Modal, values: Json | None = None, /, **fields: object) -> Reply:
        """Fill fields in (by block_id; menus by an option's text or value) and submit the modal.

        values is for block_ids that are no Python names. `repeat` and `stale_clock` work as everywhere.
        Raises NotThere for a field, option or modal that is not there.
        """
        screen = await self.screen()
        current = screen.now(modal)
        more = {name: fields.pop(name) for name in ("repeat", "stale_clock") if name in fields}
        entered: dict[str, object] = {}
        for block_id, value in {**(values or {}), **fields}.items():
            field = current.field(block_id)
            entered[block_id] = {field.action_id: field.value_of(value, screen)}
        reply = await self.do("submit", view_id=current.id, values=entered, **more)
        still_open = any(each.id == current.id for each in await self.modals())
        return Reply(reply.raw, closed=not still_open)

    async def close(self, modal: Modal, *, all: bool = False) -> Reply:
        """Close a modal, or the whole stack."""
        return await self.do("close", view_id=modal.id, all=all)

    async def reload(self) -> None:
        """Reload the window: open modals are gone, and the bot is not told."""
        await self.do("reload")

    async def home(self, within: float = PATIENCE) -> Home:
        """Open App Home and return it, once it has been published."""
        await self.do("home")
        return await self.slack.until(self.home_now, within)

    async def messages_tab(self) -> Reply:
        """Open the conversation with the bot."""
        return await self.do("messages_tab")
