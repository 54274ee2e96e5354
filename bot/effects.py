"""What an effect is. `posts` put up a new message and follow the marker protocol; `works` may be repeated freely."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

from bot.blocks import Block
from bot.installations import Installation
from bot.metrics import Metrics
from bot.slack import Slack
from core.intake.desk import Desk
from core.llm.provider import ModelProvider
from core.psa.registry import Psas
from core.unit import Database, Event, Unit


class NotYet(Exception):  # an outcome: something else must be delivered first
    """Two replicas' clocks differ, so a reply can come up before the card whose thread it belongs in."""


class ComeAgain(Exception):  # an outcome: it is not time yet
    """What is to be done has a time of its own: the delivery waits for it, and that is no failed try."""

    def __init__(self, after: timedelta, why: str) -> None:
        super().__init__(why)
        self.after = after


@dataclass(frozen=True)
class House:
    """What an effect may use, in the account of its event."""

    installation: Installation
    database: Database
    slack: Slack
    provider: ModelProvider
    psas: Psas
    desk: Desk
    metrics: Metrics

    def unit(self) -> AbstractAsyncContextManager[Unit]:
        return self.database.unit(self.installation.account_id, source="delivery")


@dataclass(frozen=True)
class Outgoing:
    """A message to post. `channel` may be a person's id: then it goes to their direct messages with the app."""

    channel: str
    text: str
    blocks: Sequence[Block]
    thread_ts: str | None = None


@dataclass(frozen=True)
class Posted:
    channel: str
    ts: str


Compose = Callable[[Unit, Event], Awaitable[Outgoing | None]]
ComposeAll = Callable[[Unit, Sequence[Event]], Awaitable[Sequence[Outgoing | Exception | None]]]


@dataclass(frozen=True)
class Post:
    """`compose` says what to post now (None: nothing any more), `posted` keeps where it is, in the transaction that concludes the delivery;
    `elsewhere` says where it goes instead when the channel is gone; `displaced` finds the conversation a new place (given Slack's word for what is
    wrong with the old one), and the post then lines up behind what makes it. `patient`: it gives way to everything that somebody waits for; `counts`
    counts what was sent."""

    compose: Compose
    posted: Callable[[Unit, Event, Posted], Awaitable[None]]
    elsewhere: Compose | None = None
    displaced: Callable[[Unit, Event, str], Awaitable[None]] | None = None
    patient: bool = False
    counts: Callable[[Metrics], None] | None = None


@dataclass(frozen=True)
class Mailing:
    """Posts that nobody waits for, and that come many at a time: composed in one transaction and written down in as few as it takes, each a message
    of its own. `compose` says for every event what to post, None for nothing any more, or why not now; `posted` keeps where they are;
    `elsewhere` and `counts` are as a post's."""

    compose: ComposeAll
    posted: Callable[[Unit, Sequence[tuple[Event, Posted]]], Awaitable[None]]
    elsewhere: Compose
    counts: Callable[[Metrics], None]

    @property
    def alone(self) -> Post:
        """One of them by itself: the way for whatever does not go smoothly."""

        async def compose(unit: Unit, event: Event) -> Outgoing | None:
            (made,) = await self.compose(unit, [event])
            if isinstance(made, Exception):
                raise made
            return made

        async def posted(unit: Unit, event: Event, where: Posted) -> None:
            await self.posted(unit, [(event, where)])

        return Post(compose, posted, self.elsewhere, patient=True, counts=self.counts)


@dataclass(frozen=True)
class Work:
    """Something that may be done twice without harm: it shows or makes the present state. `slow`: it waits for a model or a ticket system, and
    leaves places to what only Slack is asked for."""

    run: Callable[[House, Event], Awaitable[None]]
    slow: bool = False


Effects = dict[str, Post | Mailing | Work]
