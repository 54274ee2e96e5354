"""Starting, owning and pausing a session, and what is known in it. Each function returns what it made or changed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from core.accounts import preferences
from core.accounts import queries as people
from core.accounts.models import Kind
from core.errors import Conflict, Invalid
from core.ids import ConnectionId, FactId, MessageId, SessionId, UserId, new_id
from core.outbox.events import HomeChanged, MessageWritten, ProposalWanted, SessionChanged, SessionStarted
from core.outbox.ticket_events import TicketNamed
from core.psa import queries as connections
from core.psa import references
from core.scope import Role
from core.sessions import queries
from core.sessions.commands import AddFact, EditFact, HandTo, RenameSession, StartSession
from core.sessions.models import (
    FACT_LIMIT,
    NOTICE,
    PROBLEM_LIMIT,
    TITLE_LIMIT,
    Author,
    Fact,
    FactSource,
    Idle,
    Message,
    Session,
    SessionStatus,
)
from core.text import first_line, required, shorten
from core.unit import Unit


async def start(unit: Unit, wanted: StartSession) -> Session:
    """Starts a session owned by whoever asks. Raises `Forbidden`, `Invalid` on `problem`, `Conflict` when the thread has one already."""
    person = unit.scope.need_engineer("start a session")
    problem = required(wanted.problem, field="problem", limit=PROBLEM_LIMIT, empty="Say what the problem is.")
    if wanted.thread_ts and (known := await queries.in_thread(unit, wanted.channel, wanted.thread_ts)):
        raise Conflict(f"This thread is already the session “{known.title}”.")
    session = unit.add(
        Session(
            account_id=unit.account_id,
            id=new_id(),
            title=first_line(problem, TITLE_LIMIT),
            problem=problem,
            owner_id=person.id,
            started_by=person.id,
            channel=wanted.channel,
            thread_ts=wanted.thread_ts,
            private_channel=wanted.private_channel,
            created_at=unit.now,
            last_active_at=unit.now,
        )
    )
    if wanted.ticket:
        await _choose_ticket(unit, session, wanted.ticket)
    unit.audit("session.started", session.id, channel=wanted.channel)
    unit.emit(SessionStarted(SessionId(session.id)))
    if wanted.ticket or references.named_in(problem):
        unit.emit(TicketNamed(SessionId(session.id)))
    unit.emit(ProposalWanted(SessionId(session.id)))
    unit.emit(HomeChanged(person.id))
    return session


def chosen_ticket(text: str) -> tuple[ConnectionId, str]:
    """A choice of the ticket look-up ("connection:number"). Raises `Invalid` on `ticket` for anything else."""
    connection, _, number = text.partition(":")
    try:
        found = ConnectionId(UUID(connection))
    except ValueError:
        found = None
    if found is None or not (number.isascii() and number.isdecimal() and len(number) < 11):
        raise Invalid("Please choose a ticket from the list.", field="ticket")
    return found, number


async def _choose_ticket(unit: Unit, session: Session, ticket: str) -> None:
    """Names the ticket at once; what it holds is read after the session stands, so that a slow desk holds up nobody."""
    connection_id, number = chosen_ticket(ticket)
    connection = await connections.connection_for_update(unit, connection_id)
    session.psa_connection_id, session.psa_ticket_id = connection.id, number
    session.psa_ticket_label = connection.system.label(number)


def changed(unit: Unit, session: Session) -> None:
    """Everything that shows the session shows it anew."""
    unit.emit(SessionChanged(SessionId(session.id)))
    unit.emit(HomeChanged(UserId(session.owner_id)))


async def pause(unit: Unit, session_id: SessionId) -> Session:
    unit.scope.need_engineer("pause a session")
    session = await queries.session_for_update(unit, session_id)
    session.pause(unit.now)
    unit.audit("session.paused", session.id)
    changed(unit, session)
    return session


async def resume(unit: Unit, session_id: SessionId) -> Session:
    unit.scope.need_engineer("resume a session")
    session = await queries.session_for_update(unit, session_id)
    session.resume(unit.now)
    unit.audit("session.resumed", session.id)
    changed(unit, session)
    unit.emit(ProposalWanted(SessionId(session.id)))  # what was said meanwhile is answered now
    return session


async def reopen(unit: Unit, session_id: SessionId) -> Session:
    """A resolved one goes on; its ticket stays as it is. Raises `Conflict`."""
    unit.scope.need_engineer("reopen a session")
    session = await queries.session_for_update(unit, session_id)
    session.reopen(unit.now)
    unit.audit("session.reopened", session.id)
    changed(unit, session)
    return session


async def rename(unit: Unit, wanted: RenameSession) -> Session:
    unit.scope.need_engineer("rename a session")
    title = required(wanted.title, field="title", limit=TITLE_LIMIT, empty="Give it a title.")
    session = await queries.session_for_update(unit, wanted.session_id)
    before, session.title = session.title, first_line(title, TITLE_LIMIT)
    session.touch(unit.now)
    unit.audit("session.renamed", session.id, changed=before != session.title)
    changed(unit, session)
    return session


async def take_over(unit: Unit, session_id: SessionId) -> Session:
    """Makes whoever asks its owner. Raises `Conflict` when it is theirs."""
    person = unit.scope.need_engineer("take over a session")
    session = await queries.session_for_update(unit, session_id)
    if session.owner_id == person.id:
        raise Conflict("This session is already yours.")
    return _give(unit, session, person.id)


async def hand_to(unit: Unit, wanted: HandTo) -> Session:
    """Makes a colleague its owner. Raises `Invalid` on `user_id` when they cannot work on it."""
    unit.scope.need_engineer("hand a session over")
    heir = await people.user(unit, wanted.user_id)
    if heir.kind is not Kind.MEMBER or heir.role not in {Role.ENGINEER, Role.ADMIN, Role.OWNER}:
        raise Invalid(f"{heir.name} is not an engineer here.", field="user_id")
    session = await queries.session_for_update(unit, wanted.session_id)
    return _give(unit, session, UserId(heir.id))


async def close_idle(unit: Unit) -> int:
    """The clock's work: sessions that nobody touches are warned, and a day later abandoned. Returns how many were looked at."""
    after = timedelta(days=(await preferences.of(unit)).abandon_after_days)
    idle = await queries.untouched(unit, unit.now - after + min(NOTICE, after / 2))
    for session in idle:
        match session.lies_idle(unit.now, after):
            case Idle.WARN:
                session.warned_at = unit.now
                say(unit, session, _idle_for(after))
            case Idle.ABANDON:
                session.status = SessionStatus.ABANDONED
                unit.audit("session.abandoned", session.id)
                changed(unit, session)
            case Idle.NOTHING:
                pass
    return len(idle)


def _idle_for(after: timedelta) -> str:
    days = "a day" if after.days == 1 else f"{after.days} days"
    return (
        f"Nobody has touched this session for almost {days}. If it stays so it is closed as abandoned; a message here, or a click on its card, "
        "keeps it open. It can be taken up again later, too."
    )


def _give(unit: Unit, session: Session, heir: UserId) -> Session:
    before = session.owner_id
    session.give_to(heir, unit.now)
    unit.audit("session.handed", session.id, before=str(before), after=str(heir))
    changed(unit, session)
    unit.emit(HomeChanged(UserId(before)))
    return session


async def add_fact(unit: Unit, wanted: AddFact) -> Fact:
    """Keeps a note as a fact. Raises `Invalid` on `text`."""
    person = unit.scope.need_engineer("add a fact")
    text = required(wanted.text, field="text", limit=FACT_LIMIT, empty="Say what you found out.")
    session = await queries.session_for_update(unit, wanted.session_id)
    fact = unit.add(
        Fact(
            account_id=unit.account_id,
            id=new_id(),
            session_id=session.id,
            source=FactSource.NOTE,
            text=text,
            message_ts=wanted.message_ts,
            created_by=person.id,
            created_at=unit.now,
        )
    )
    _known(unit, session, "fact.added", FactId(fact.id))
    return fact


def establish(unit: Unit, session: Session, source: FactSource, text: str) -> Fact:
    """Keeps what was found out before or elsewhere; whoever calls it has the session locked, or has just made it."""
    session.touch(unit.now)
    fact = Fact(
        account_id=unit.account_id,
        id=new_id(),
        session_id=session.id,
        source=source,
        text=shorten(text, FACT_LIMIT),
        created_by=unit.scope.actor.id,
        created_at=unit.now,
    )
    return unit.add(fact)


async def edit_fact(unit: Unit, wanted: EditFact) -> Fact:
    """Raises `Forbidden` for a fact that is not a note, `Invalid` on `text`."""
    unit.scope.need_engineer("edit a fact")
    text = required(wanted.text, field="text", limit=FACT_LIMIT, empty="Say what you found out, or remove the fact.")
    fact = await queries.fact(unit, wanted.fact_id)
    session = await queries.session_for_update(unit, fact.session_id)
    fact.edit(text, unit.now)
    _known(unit, session, "fact.edited", wanted.fact_id)
    return fact


async def remove_fact(unit: Unit, fact_id: FactId) -> Fact:
    """It stays on record, but is no longer known. Raises `NotFound`."""
    unit.scope.need_engineer("remove a fact")
    fact = await queries.fact(unit, fact_id)
    session = await queries.session_for_update(unit, fact.session_id)
    fact.deleted_at = unit.now
    _known(unit, session, "fact.removed", fact_id)
    return fact


def _known(unit: Unit, session: Session, what: str, fact_id: FactId) -> None:
    session.touch(unit.now)
    unit.audit(what, session.id, fact=str(fact_id))
    changed(unit, session)
    unit.emit(ProposalWanted(SessionId(session.id)))


def keep(unit: Unit, session: Session, text: str, source: FactSource, message: Message) -> Fact:
    """Keeps what a message of the thread established; `source` says how it came to be known."""
    fact = unit.add(
        Fact(
            account_id=unit.account_id,
            id=new_id(),
            session_id=session.id,
            source=source,
            text=text,
            message_ts=message.ts,
            created_by=message.user_id or session.owner_id,
            created_at=unit.now,
        )
    )
    session.touch(unit.now)
    unit.audit("fact.added", session.id, fact=str(fact.id), message=str(message.id))
    changed(unit, session)
    return fact


def say(
    unit: Unit,
    session: Session,
    text: str,
    *,
    turn_id: UUID | None = None,
    fix_id: UUID | None = None,
    composed_without_ai: bool = True,
    at: str | None = None,
) -> Message:
    """FlowPilot says something in the session's thread; `at` is the message that shows it already, where there is one."""
    row = Message(
        account_id=unit.account_id,
        id=new_id(),
        session_id=session.id,
        author=Author.FLOWPILOT,
        text=text,
        turn_id=turn_id,
        fix_id=fix_id,
        composed_without_ai=composed_without_ai,
        ts=at,
        created_at=unit.now,
    )
    unit.add(row)
    if at is None:
        unit.emit(MessageWritten(SessionId(session.id), MessageId(row.id)))
    return row
