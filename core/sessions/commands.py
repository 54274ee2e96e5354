"""What can be asked of a session, as the forms and buttons submit it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from core.ids import FactId, SessionId, UserId


class Command(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StartSession(Command):
    """`channel` and, where the thread exists already, `thread_ts` say where the card goes.

    `ticket` is one that was chosen ("connection:number"); `anyway`: an open one about the same ticket, or much
    like it, was pointed out already.
    """

    problem: str | None = None
    ticket: str | None = None
    anyway: bool = False
    channel: str
    thread_ts: str | None = None
    private_channel: bool = False


class RenameSession(Command):
    session_id: SessionId
    title: str | None = None


class HandTo(Command):
    session_id: SessionId
    user_id: UserId


class AddFact(Command):
    session_id: SessionId
    text: str | None = None
    message_ts: str | None = None


class EditFact(Command):
    fact_id: FactId
    text: str | None = None
