"""What a listener answers. It is shown to the clicker by `guard`; what others see comes by the outbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.blocks import Block, View


@dataclass(frozen=True)
class Done:
    """Nothing more to say: a modal closes, a button has done its work and the card will show it."""


@dataclass(frozen=True)
class Reply:
    """Said to the clicker only. `text` says what `blocks` say, as plain words: it is escaped where it is sent."""

    text: str
    blocks: Sequence[Block] | None = None


@dataclass(frozen=True)
class Later:
    """A private word that needs the network: it is found and said after the ack."""

    find: Callable[[], Awaitable[Reply]]


@dataclass(frozen=True)
class NotNow:
    """An event that nobody waits for an answer to could not be taken in: Slack is asked to deliver it again."""


class TooEarly(Exception):  # an outcome: the answer is `NotNow`
    """What this event is about may be known in a moment."""


@dataclass(frozen=True)
class Open:
    """A modal on top of whatever is open; it is opened as soon as the ack is out."""

    view: View


@dataclass(frozen=True)
class Show:
    """The view the click was in turns into this one: the open modal, or App Home."""

    view: View


@dataclass(frozen=True)
class Meanwhile:
    """The submitted form turns into `view` at once, and into what `find` gives when that is there: for work that takes longer than an ack may."""

    view: View
    find: Callable[[], Awaitable[View]]


@dataclass(frozen=True)
class FieldErrors:
    """The modal stays open, with a sentence beside each field named."""

    errors: Mapping[str, str]


@dataclass(frozen=True)
class Choices:
    """The options of an external select, as (label, value)."""

    options: Sequence[tuple[str, str]]


Answer = Done | Reply | NotNow | Later | Open | Show | Meanwhile | FieldErrors | Choices
