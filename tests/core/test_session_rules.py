"""What a session and a fact allow by themselves: no database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import Conflict, Forbidden
from core.ids import UserId, new_id
from core.sessions.models import Fact, FactSource, Session, SessionStatus, label
from tests.builders import NOON

LATER = NOON + timedelta(hours=1)
BEN, EVA = UserId(new_id()), UserId(new_id())


def a_session(status: SessionStatus = SessionStatus.ACTIVE) -> Session:
    return Session(
        account_id=new_id(),
        id=new_id(),
        status=status,
        title="Printer",
        problem="Printer",
        owner_id=BEN,
        started_by=BEN,
        channel="C1",
        created_at=NOON,
        last_active_at=NOON,
    )


def a_fact(source: FactSource) -> Fact:
    return Fact(
        account_id=new_id(),
        id=new_id(),
        session_id=new_id(),
        source=source,
        text="Spooler is stopped",
        created_by=BEN,
        created_at=NOON,
    )


def test_a_new_session_is_active_at_version_zero():
    session = a_session()
    assert (session.status, session.state_version) == (SessionStatus.ACTIVE, 0)


@pytest.mark.parametrize("status", SessionStatus)
def test_only_an_active_session_can_be_paused(status: SessionStatus):
    session = a_session(status)
    if status is SessionStatus.ACTIVE:
        session.pause(LATER)
        assert (session.status, session.last_active_at) == (SessionStatus.PAUSED, LATER)
        return
    with pytest.raises(Conflict, match=label(status)):
        session.pause(LATER)
    assert (session.status, session.last_active_at) == (status, NOON)


@pytest.mark.parametrize("status", SessionStatus)
def test_a_paused_or_abandoned_session_can_be_resumed_and_no_other(status: SessionStatus):
    session = a_session(status)
    if status in {SessionStatus.PAUSED, SessionStatus.ABANDONED}:
        session.resume(LATER)
        assert session.status is SessionStatus.ACTIVE
        return
    with pytest.raises(Conflict, match=label(status)):
        session.resume(LATER)
    assert session.status is status


@pytest.mark.parametrize("status", SessionStatus)
def test_a_write_that_a_note_would_show_raises_the_version_and_wakes_an_abandoned_session(status: SessionStatus):
    session = a_session(status)
    session.touch(LATER)
    assert session.state_version == 1
    assert session.last_active_at == LATER
    assert session.status is (SessionStatus.ACTIVE if status is SessionStatus.ABANDONED else status)


@pytest.mark.parametrize("status", SessionStatus)
def test_a_new_owner_leaves_the_version_alone_and_wakes_an_abandoned_session(status: SessionStatus):
    session = a_session(status)
    session.give_to(EVA, LATER)
    assert (session.owner_id, session.state_version, session.last_active_at) == (EVA, 0, LATER)
    assert session.status is (SessionStatus.ACTIVE if status is SessionStatus.ABANDONED else status)


def test_a_session_is_not_given_to_who_has_it():
    session = a_session()
    with pytest.raises(Conflict, match="already"):
        session.give_to(BEN, LATER)
    assert session.last_active_at == NOON


def test_pause_and_resume_leave_the_version_alone():
    session = a_session()
    session.pause(LATER)
    session.resume(LATER)
    assert session.state_version == 0


@pytest.mark.parametrize("source", FactSource)
def test_only_a_note_can_be_edited(source: FactSource):
    fact = a_fact(source)
    if source is FactSource.NOTE:
        fact.edit("Spooler runs", LATER)
        assert (fact.text, fact.edited_at) == ("Spooler runs", LATER)
        return
    with pytest.raises(Forbidden, match="notes"):
        fact.edit("Spooler runs", LATER)
    assert (fact.text, fact.edited_at) == ("Spooler is stopped", None)
