"""What people say in a session's thread, and what they think of what FlowPilot said."""

from __future__ import annotations

import re

from core.accounts import queries as people
from core.errors import Conflict
from core.ids import MessageId, SessionId, TurnId, new_id
from core.outbox.events import MessageHeard, SecretHeard, TurnShown
from core.secrets import masked
from core.sessions import queries as sessions
from core.sessions.models import Author, FactSource, Message, Session, SessionStatus
from core.sessions.service import changed
from core.text import clean, optional, shorten
from core.turns import queries
from core.turns.commands import GiveReason, Hear
from core.turns.models import REASON_LIMIT, Feedback, Turn, Verdict
from core.unit import Unit

MESSAGE_LIMIT = 8_000
MOST_FILES, FILE_NAME = 10, 120
ANSWERS_IN = (SessionStatus.ACTIVE, SessionStatus.REQUESTING_ESCALATION)

_EMOJI = re.compile(r":[\w+'-]+(?:::skin-tone-\d)?:")


def says_something(text: str) -> bool:
    """Whether there are words in it: a thumb up or three dots need no answer."""
    return any(letter.isalnum() for letter in _EMOJI.sub("", text))


async def hear(unit: Unit, wanted: Hear) -> Message | None:
    """Keeps a message of the thread, secrets masked, and asks for an answer where one is due. None: nothing was said, or it is known.

    Raises `Forbidden` for somebody who may not work on sessions, `NotFound`.
    """
    person = unit.scope.need_engineer("work on a session")
    session = await sessions.session_for_update(unit, wanted.session_id)
    said, had_secret = _kept(wanted.text)
    files = [shorten(clean(name), FILE_NAME) or "a file" for name in wanted.files[:MOST_FILES]]
    if not (said or files) or await queries.message_at(unit, session.id, wanted.ts):
        return None
    before = session.status
    session.stir(unit.now)
    if session.status is not before:
        changed(unit, session)
    due = wanted.for_flowpilot and (says_something(said) or bool(files))
    message = unit.add(
        Message(
            account_id=unit.account_id,
            id=new_id(),
            session_id=session.id,
            author=Author.PERSON,
            user_id=person.id,
            text=said,
            files=files,
            ts=wanted.ts,
            wants_answer=due,
            created_at=unit.now,
        )
    )
    _follow(unit, session, message, had_secret=had_secret)
    return message


def _kept(text: str) -> tuple[str, bool]:
    # No more is looked through than is kept, and a little, so that a secret at the end is seen whole: a long text costs a third of a second.
    said = clean(text[: MESSAGE_LIMIT + 500])
    safe = masked(said)
    return shorten(safe, MESSAGE_LIMIT), safe != said


def _follow(unit: Unit, session: Session, message: Message, *, had_secret: bool) -> None:
    if message.wants_answer and session.status in ANSWERS_IN:
        unit.emit(MessageHeard(SessionId(session.id)))
    if had_secret:
        unit.audit("secret.masked", session.id, message=str(message.id))
        unit.emit(SecretHeard(SessionId(session.id), MessageId(message.id)))


async def follow_edit(unit: Unit, session_id: SessionId, ts: str, text: str) -> Message | None:
    """A message was changed in Slack: what was taken from it is taken back, and it is answered as it reads now. None: nothing of ours changed."""
    session = await sessions.session_for_update(unit, session_id)
    message = await queries.message_at(unit, session.id, ts)
    said, had_secret = _kept(text)
    if message is None or message.text == said or message.deleted_at is not None:
        return None
    message.text, message.edited_at, message.turn_id = said, unit.now, None
    message.wants_answer = message.wants_answer and says_something(said)
    await _withdraw(unit, session, ts)
    _follow(unit, session, message, had_secret=had_secret)
    return message


async def follow_deletion(unit: Unit, session_id: SessionId, ts: str) -> Message | None:
    """A message was deleted in Slack: its text is not kept, and what was taken from it is known no more."""
    session = await sessions.session_for_update(unit, session_id)
    message = await queries.message_at(unit, session.id, ts)
    if message is None or message.deleted_at is not None:
        return None
    message.text, message.files, message.deleted_at, message.wants_answer = "", [], unit.now, False
    await _withdraw(unit, session, ts)
    return message


async def _withdraw(unit: Unit, session: Session, ts: str) -> None:
    """Takes back the facts that came from a message. A note stays: a person wrote it down for itself."""
    gone = [
        fact
        for fact in await sessions.facts(unit, session.id)
        if fact.message_ts == ts and fact.source is not FactSource.NOTE
    ]
    for fact in gone:
        fact.deleted_at = unit.now
        session.touch(unit.now)
        unit.audit("fact.removed", session.id, fact=str(fact.id), because="its message changed")
    if gone:
        changed(unit, session)


async def stop(unit: Unit, turn_id: TurnId) -> Turn:
    """Stops a turn: its answer is dropped. Raises `Conflict` when it is over, naming who stopped it."""
    person = unit.scope.need_engineer("stop an answer")
    turn = await queries.turn_for_update(unit, turn_id)
    stopper = (await people.user(unit, turn.stopped_by)).name if turn.stopped_by else None
    turn.stop(by=person.id, at=unit.now, stopper=stopper)
    unit.audit("turn.stopped", turn.session_id, turn=str(turn.id))
    unit.emit(TurnShown(SessionId(turn.session_id), turn_id))
    return turn


async def judge(unit: Unit, turn_id: TurnId, verdict: Verdict) -> Feedback:
    """Keeps what the person thinks of what was said in a turn; the last word counts. Raises `Conflict` when it is their word already."""
    person = unit.scope.need_engineer("rate an answer")
    await queries.turn(unit, turn_id)
    known = await queries.feedback_of(unit, turn_id, person.id)
    if known is not None:
        if known.verdict is verdict and verdict is Verdict.UP:
            raise Conflict("You have said so already; thank you.")
        known.verdict, known.given_at, known.reason = verdict, unit.now, None
        return known
    return unit.add(
        Feedback(
            account_id=unit.account_id,
            id=new_id(),
            turn_id=turn_id,
            user_id=person.id,
            verdict=verdict,
            given_at=unit.now,
        )
    )


async def give_reason(unit: Unit, wanted: GiveReason) -> Feedback:
    """Keeps why it was no good. Raises `Invalid` on `reason`."""
    reason = optional(wanted.reason, field="reason", limit=REASON_LIMIT)
    person = unit.scope.need_engineer("rate an answer")
    known = await queries.feedback_of(unit, wanted.turn_id, person.id)
    feedback = known if known is not None else await judge(unit, wanted.turn_id, Verdict.DOWN)
    feedback.verdict, feedback.reason = Verdict.DOWN, reason and masked(reason)
    return feedback
