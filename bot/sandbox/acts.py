"""What a person can do outside modals and messages' buttons: commands, messages, shortcuts, looking at App Home."""

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sandbox import payloads
from bot.sandbox.entries import Impossible
from bot.sandbox.events import Events
from bot.sandbox.gateway import Answer, Attempt, Gateway, Kind, failure_shown
from bot.sandbox.messages import Message
from bot.sandbox.people import Channel, Person
from bot.sandbox.replies import Replies
from bot.sandbox.wire import Json, maybe_text, objs, seconds, text, whole
from bot.sandbox.wording import rich_text, typed
from bot.sandbox.workspace import Refused, Workspace


@dataclass(frozen=True)
class Deed:
    """One thing somebody does: who, what, how often it is delivered and with how old a signature."""

    person: Person
    asked: Json
    repeat: int
    attempt: Attempt

    def text(self, name: str) -> str:
        """Return a text field of what was asked."""
        return text(self.asked.get(name))


@dataclass(frozen=True)
class Stage:
    """The parts that a deed plays upon."""

    workspace: Workspace
    gateway: Gateway
    events: Events
    replies: Replies

    def deed(self, asked: Json) -> Deed:
        """Return what is asked for. Raises Impossible for an unknown or deactivated person."""
        person = self.workspace.somebody(text(asked.get("as")))
        if person is None or person.deleted:
            raise Impossible(f"There is nobody {asked.get('as')!r} here.")
        attempt = Attempt(clock_behind=seconds(asked.get("stale_clock"), 0.0))
        return Deed(person, asked, max(1, whole(asked.get("repeat"), 1)), attempt)

    def channel(self, deed: Deed, *, member: bool = True) -> Channel:
        """Return the conversation the deed names. Raises Impossible where the person is not in it."""
        channel = self.workspace.channels.get(deed.text("channel"))
        if channel is None or not channel.visible_to(deed.person):
            raise Impossible(f"{deed.person.real_name} sees no channel {deed.text('channel')!r}.")
        if member and deed.person.id not in channel.members:
            raise Impossible(f"{deed.person.real_name} is not a member of #{channel.name}.")
        return channel

    def message(self, deed: Deed) -> Message:
        """Return the message the deed names. Raises Impossible where the person does not see it."""
        message = self.channel(deed, member=False).messages.get(deed.text("ts"))
        if message is None or message.ephemeral_to not in (None, deed.person.id):
            raise Impossible(f"{deed.person.real_name} sees no message {deed.text('ts')!r} there.")
        return message

    async def interact(self, deed: Deed, kind: Kind, payload: Json) -> list[Answer]:
        """Deliver an interaction as often as wanted, all at once; a failure is shown to the person."""
        answers = await asyncio.gather(*(self.gateway.deliver(kind, payload, deed.attempt) for _ in range(deed.repeat)))
        failure = failure_shown(answers[0])
        if failure is not None:
            name = text(payload.get("command"))
            self.workspace.toast(deed.person.id, f'{name} failed with the error "{failure}"' if name else failure)
        return answers


def report(answers: Sequence[Answer], **more: object) -> Json:
    """Return what /sandbox/do answers about these deliveries."""
    shown: list[Json] = [
        {"status": answer.status, "ms": answer.ms, "error": failure_shown(answer), "body": answer.body}
        for answer in answers
    ]
    nothing: Json = {"status": None, "ms": 0.0, "error": None, "body": ""}
    first = next((each for each in shown if each["error"]), shown[0] if shown else nothing)
    return {"ok": True, "delivery": first, "deliveries": shown, **more}


async def command(stage: Stage, deed: Deed) -> Json:
    """A slash command; refused by Slack itself within a thread."""
    name, workspace = deed.text("command"), stage.workspace
    channel = stage.channel(deed)
    if deed.text("thread_ts"):
        workspace.toast(deed.person.id, f"{name} is not supported in threads. Sorry!")
        return report([], refused="not_supported_in_threads")
    known = {each.command: each for each in workspace.settings.commands}
    if known and name not in known:
        workspace.toast(deed.person.id, f"{name} is not a valid command.")
        return report([], refused="not_a_command")
    words = deed.text("text")
    if name in known and known[name].should_escape:
        words = typed(workspace, words)
    payload = payloads.command(workspace, deed.person, channel, name, words)
    answers = await stage.interact(deed, "slash_commands", payload)
    said = answers[0].content if answers[0].failure is None else {}
    shown = stage.replies.answer_to_command(channel, deed.person, said)
    return report(answers, ephemeral=None if shown is None else shown.seen())


async def message(stage: Stage, deed: Deed) -> Json:
    """A message into a channel, a thread, or the conversation with the bot."""
    workspace = stage.workspace
    channel = stage.channel(deed)
    if channel.is_archived:
        raise Impossible(f"#{channel.name} is archived.")
    thread_ts = maybe_text(deed.asked.get("thread_ts"))
    if thread_ts is not None and thread_ts not in channel.messages and thread_ts not in channel.replies:
        raise Impossible(f"There is no thread {thread_ts!r}.")
    stored = typed(workspace, deed.text("text"))
    files = objs(deed.asked.get("files"))
    if not stored.strip() and not files:
        raise Impossible("An empty message cannot be sent.")
    posted = workspace.post(
        Message(
            channel=channel.id,
            ts=workspace.next_ts(),
            user=deed.person.id,
            text=stored,
            blocks=[rich_text(stored, next(workspace.block_ids()))] if stored else [],
            thread_ts=thread_ts,
            subtype="file_share" if files else "thread_broadcast" if deed.asked.get("broadcast") else None,
            files=[{"id": workspace.next_id("F"), "mode": "hosted", **each} for each in files],
            client_msg_id=str(uuid.uuid4()),
            team_id=deed.person.team_id,
        )
    )
    mention = f"<@{workspace.settings.bot_user_id}>" in stored
    if mention and not channel.bot_is_member:
        workspace.toast(deed.person.id, f"{workspace.settings.bot_name} is not in this channel.")
    raised = stage.events.of_message(posted)
    delivered = await asyncio.gather(
        *(stage.events.send(inner, channel, repeat=deed.repeat, attempt=deed.attempt) for inner in raised)
    )
    return report([answer for answers in delivered for answer in answers], ts=posted.ts)


async def edit(stage: Stage, deed: Deed) -> Json:
    """Somebody changes their own message."""
    mine = _own(stage, deed)
    before = mine.payload(stage.workspace.settings)
    mine.text = typed(stage.workspace, deed.text("text"))
    mine.blocks = [rich_text(mine.text, next(stage.workspace.block_ids()))]
    mine.edited = {"user": deed.person.id, "ts": stage.workspace.next_ts()}
    stage.workspace.changed(mine)
    stage.events.announce_change(mine, before)
    return report([])


async def delete(stage: Stage, deed: Deed) -> Json:
    """Somebody deletes their own message."""
    mine = _own(stage, deed)
    stage.workspace.remove(mine)
    stage.events.announce_change(mine, mine.payload(stage.workspace.settings), deleted=True)
    return report([])


def _own(stage: Stage, deed: Deed) -> Message:
    mine = stage.message(deed)
    if mine.user != deed.person.id:
        raise Impossible("Only one's own messages can be changed.")
    return mine


async def shortcut(stage: Stage, deed: Deed) -> Json:
    """A global shortcut, or one from the menu of a message."""
    callback_id, kind = deed.text("callback_id"), "message" if deed.text("ts") else "global"
    declared = stage.workspace.settings.shortcuts
    if declared and not any((each.callback_id, each.type) == (callback_id, kind) for each in declared):
        raise Impossible(f"There is no {kind} shortcut {callback_id!r}.")
    if deed.text("ts"):
        payload = payloads.message_shortcut(stage.workspace, deed.person, callback_id, stage.message(deed))
    else:
        payload = payloads.shortcut(stage.workspace, deed.person, callback_id)
    return report(await stage.interact(deed, "interactive", payload))


async def home(stage: Stage, deed: Deed) -> Json:
    """Somebody opens App Home."""
    return await _app_opened(stage, deed, "home")


async def messages_tab(stage: Stage, deed: Deed) -> Json:
    """Somebody opens the conversation with the bot."""
    return await _app_opened(stage, deed, "messages")


async def _app_opened(stage: Stage, deed: Deed, tab: str) -> Json:
    workspace = stage.workspace
    try:
        channel = workspace.direct(deed.person.id)
    except Refused as refused:
        raise Impossible(f"{deed.person.real_name} has no conversation with the bot.") from refused
    if not stage.events.wanted("app_home_opened"):
        return report([])
    inner: Json = {"type": "app_home_opened", "user": deed.person.id, "channel": channel.id, "tab": tab}
    inner["event_ts"] = f"{time.time():.6f}"
    if tab == "home" and deed.person.id in workspace.homes:
        inner["view"] = workspace.homes[deed.person.id].payload(workspace.settings)
    return report(await stage.events.send(inner, channel, repeat=deed.repeat, attempt=deed.attempt))
