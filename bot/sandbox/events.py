"""Events to the bot: which ones a change raises, and their redelivery until one is accepted."""

import asyncio
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.sandbox import payloads
from bot.sandbox.gateway import Answer, Attempt, Gateway
from bot.sandbox.messages import Message
from bot.sandbox.people import Channel, Person
from bot.sandbox.scopes import EVENTS
from bot.sandbox.wire import Json, text
from bot.sandbox.workspace import Workspace

LINK = re.compile(r"https?://[^\s<>|]+")
SUBSCRIPTIONS = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}


@dataclass
class Events:
    """Sends the events the app has subscribed to. What needs no answer at once goes on in the background."""

    workspace: Workspace
    gateway: Gateway
    tasks: set[asyncio.Task[object]] = field(default_factory=set[asyncio.Task[object]])

    async def send(
        self, inner: Json, channel: Channel | None = None, *, repeat: int = 1, attempt: Attempt | None = None
    ) -> list[Answer]:
        """Deliver one event, repeat times at once; the first answers are returned, redeliveries follow on their own."""
        payload = payloads.event(self.workspace, inner, channel)
        first = attempt or Attempt()
        answers = await asyncio.gather(*(self.gateway.deliver("events_api", payload, first) for _ in range(repeat)))
        self.workspace.journal.note()
        failed = next((answer for answer in answers if answer.failure), None)
        if failed is not None and not failed.no_retry:
            self.background(self._again(payload, failed))
        return answers

    async def _again(self, payload: Json, failed: Answer) -> None:
        for number, pause in enumerate(self.workspace.settings.retry_seconds, start=1):
            await asyncio.sleep(pause)
            answer = await self.gateway.deliver("events_api", payload, Attempt(number, text(failed.failure)))
            self.workspace.journal.note()
            if answer.failure is None or answer.no_retry:
                return
            failed = answer

    def background(self, work: Coroutine[object, object, object]) -> None:
        """Let the work go on by itself until it ends or the sandbox stops."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def stop(self) -> None:
        """End what still goes on in the background."""
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wanted(self, name: str) -> bool:
        """Return whether the app has subscribed to the event and is installed."""
        settings = self.workspace.settings
        scope = EVENTS.get(name)
        return self.workspace.installed and name in settings.events and (scope is None or scope in settings.scopes)

    def hears(self, channel: Channel) -> bool:
        """Return whether message events of this conversation reach the app."""
        return channel.bot_is_member and self.wanted(SUBSCRIPTIONS[channel.event_type])

    def of_message(self, message: Message) -> list[Json]:
        """Return the events that a new message raises."""
        channel = self.workspace.channel(message.channel)
        inner = self._content(message, channel)
        raised: list[Json] = []
        if self.hears(channel):
            raised.append(inner | {"channel_type": channel.event_type})
        mentioned = f"<@{self.workspace.settings.bot_user_id}>" in message.text
        heard = channel.kind != "im" and channel.bot_is_member and self.wanted("app_mention")
        if mentioned and heard and message.bot_id is None:
            raised.append({**inner, "type": "app_mention"})
        if message.bot_id is None and self.wanted("link_shared") and (links := self._links(message.text)):
            ts, event_ts = message.ts, self.workspace.next_ts()
            shared: Json = {"type": "link_shared", "channel": channel.id, "user": message.user, "links": links}
            raised.append({**shared, "message_ts": ts, "thread_ts": message.thread_ts, "event_ts": event_ts})
        return raised

    def _links(self, said: str) -> list[Json]:
        """Return the links to the app's domains, each once."""
        found: dict[str, Json] = {}
        for url in map(str, LINK.findall(said)):
            host = str(urlsplit(str(url)).hostname or "").lower()
            for domain in self.workspace.settings.unfurl_domains:
                if host == domain or host.endswith(f".{domain}"):
                    found[url] = {"domain": domain, "url": url}
        return list(found.values())

    def _content(self, message: Message, channel: Channel) -> Json:
        inner = message.payload(self.workspace.settings) | {"channel": channel.id, "event_ts": message.ts}
        root = channel.messages.get(message.thread_ts or "")
        if root is not None and root is not message:
            inner["parent_user_id"] = root.user
        if channel.is_ext_shared:
            inner |= {"user_team": message.team_id, "source_team": message.team_id}
        return inner

    def announce(self, message: Message) -> None:
        """Tell the app of a message the bot itself has posted, in the background."""
        channel = self.workspace.channel(message.channel)
        for inner in self.of_message(message):
            self.background(self.send(inner, channel))

    def announce_change(self, message: Message, before: Json | None, *, deleted: bool = False) -> None:
        """Tell the app that a message was changed or deleted, in the background; before is its earlier payload."""
        channel = self.workspace.channel(message.channel)
        if not self.hears(channel) or message.ephemeral_to is not None:
            return
        ts = self.workspace.next_ts()
        inner: Json = {
            "type": "message",
            "subtype": "message_deleted" if deleted else "message_changed",
            "hidden": True,
            "channel": channel.id,
            "channel_type": channel.event_type,
            "ts": ts,
            "event_ts": ts,
            "previous_message": before,
        }
        inner |= {"deleted_ts": message.ts} if deleted else {"message": message.payload(self.workspace.settings)}
        self.background(self.send(inner, channel))

    def announce_person(self, person: Person, kind: str = "user_change") -> None:
        """Tell the app that a person has changed or joined, in the background."""
        if self.wanted(kind):
            event_ts = self.workspace.next_ts()
            self.background(self.send({"type": kind, "user": person.profile(), "cache_ts": 0, "event_ts": event_ts}))

    def announce_channel(self, kind: str, channel: Channel, user: str) -> None:
        """Tell the app that a conversation was archived, or that somebody joined or left it, in the background."""
        if self.wanted(kind):
            event_ts = self.workspace.next_ts()
            inner: Json = {"type": kind, "user": user, "channel": channel.id, "event_ts": event_ts}
            if kind.startswith("member_"):
                inner |= {"channel_type": "C", "team": self.workspace.settings.team_id}
            self.background(self.send(inner, channel))
