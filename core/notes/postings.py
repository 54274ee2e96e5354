"""A posting: one note on its way to one ticket, and what became of it.

claimed → note_posted → status_set → verified | skipped → concluded, with failed from each but the last. Every arrow is a short transaction of its
own, so whoever takes over after a crash goes on from the last fact. What was said to the other side is never believed, only what was read back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import AccountOwned, Base, one_of
from core.errors import Conflict, StatusNotVerified
from core.llm.notes import NoteKind
from core.psa.provider import Audience, Status
from core.sessions.models import SessionStatus


class PostingState(StrEnum):
    CLAIMED = "claimed"
    NOTE_POSTED = "note_posted"
    STATUS_SET = "status_set"
    VERIFIED = "verified"
    SKIPPED = "skipped"
    CONCLUDED = "concluded"
    FAILED = "failed"


class Trouble(StrEnum):
    """Why a posting stands still until a person decides. `unknown`: nobody can tell whether the note is on the ticket."""

    NOT_VERIFIED = "not_verified"
    REFUSED = "refused"
    KEYS = "keys"
    GONE = "gone"
    DISCONNECTED = "disconnected"
    UNKNOWN = "unknown"


class Ending(StrEnum):
    """How a concluded one ended. `kept_open`: the note is on the ticket, the session goes on; `cancelled`: nothing was sent."""

    VERIFIED = "verified"
    SKIPPED = "skipped"
    LOCAL = "local"
    KEPT_OPEN = "kept_open"
    CANCELLED = "cancelled"


OPENS_WITHIN = timedelta(seconds=20)
"""A window that is not there after so long is not coming any more."""
CLOSES = (Ending.VERIFIED, Ending.SKIPPED, Ending.LOCAL)
"""The endings with which the session is resolved or escalated."""


class Posting(AccountOwned, Base, kw_only=True):
    """`modal` is the external id of the window that shows how far it is, None where there is none (any more). `modal_asked_at`: when Slack was
    asked to open it, None for the one in which it was confirmed: that one stood open."""

    __tablename__ = "postings"
    __table_args__ = (
        one_of("kind", NoteKind),
        one_of("state", PostingState),
        one_of("ending", Ending),
        one_of("trouble", Trouble),
        one_of("failed_at", PostingState),
        one_of("status_before", SessionStatus),
        ForeignKeyConstraint(
            ["account_id", "session_id"], ["ai_sessions.account_id", "ai_sessions.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["account_id", "requested_by"], ["users.account_id", "users.id"]),
        Index("postings_revision_key", "account_id", "session_id", "kind", "revision", unique=True),
        Index(
            "postings_one_live",
            "account_id",
            "session_id",
            unique=True,
            postgresql_where=text("state <> 'concluded'"),
        ),
        Index("postings_concluded_ix", "account_id", "concluded_at", postgresql_where=text("state = 'concluded'")),
    )

    session_id: Mapped[UUID]
    kind: Mapped[NoteKind]
    revision: Mapped[int]
    state: Mapped[PostingState] = mapped_column(default=PostingState.CLAIMED)
    ending: Mapped[Ending | None] = mapped_column(default=None)
    connection_id: Mapped[UUID | None] = mapped_column(default=None)
    ticket_id: Mapped[str | None] = mapped_column(default=None)
    ticket_label: Mapped[str | None] = mapped_column(default=None)
    text: Mapped[str]
    ai_text: Mapped[str]
    composed_without_ai: Mapped[bool]
    words_changed: Mapped[int]
    summary: Mapped[str]
    notify: Mapped[bool] = mapped_column(default=False)
    status_before: Mapped[SessionStatus]
    requested_by: Mapped[UUID]
    requested_at: Mapped[datetime]
    sending_at: Mapped[datetime | None] = mapped_column(default=None)
    note_external_id: Mapped[str | None] = mapped_column(default=None)
    note_posted_at: Mapped[datetime | None] = mapped_column(default=None)
    wanted_status_id: Mapped[str | None] = mapped_column(default=None)
    wanted_status: Mapped[str | None] = mapped_column(default=None)
    observed_status: Mapped[str | None] = mapped_column(default=None)
    status_transition_skipped_reason: Mapped[str | None] = mapped_column(default=None)
    failed_at: Mapped[PostingState | None] = mapped_column(default=None)
    trouble: Mapped[Trouble | None] = mapped_column(default=None)
    why: Mapped[str | None] = mapped_column(default=None)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(default=None)
    concluded_at: Mapped[datetime | None] = mapped_column(default=None)
    card_ts: Mapped[str | None] = mapped_column(default=None)
    modal: Mapped[str | None] = mapped_column(default=None)
    modal_asked_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def audience(self) -> Audience:
        return Audience.CUSTOMER if self.kind is NoteKind.RESOLUTION else Audience.INTERNAL

    @property
    def is_under_way(self) -> bool:
        """Somebody (the outbox) goes on with it without being asked."""
        return self.state not in {PostingState.CONCLUDED, PostingState.FAILED}

    @property
    def is_unsent(self) -> bool:
        """Nothing of it can be on the ticket."""
        return self.note_external_id is None and self.sending_at is None

    @property
    def is_unsent_failure(self) -> bool:
        """It stands still and nothing was sent: another note may take its place."""
        return self.state is PostingState.FAILED and self.is_unsent

    @property
    def closes_session(self) -> bool:
        return self.ending in CLOSES

    # -- its window -----------------------------------------------------------------------------------------------

    def shown_in(self, modal: str, at: datetime) -> None:
        """Slack is asked to open another window for it, which is kept up to date from here on."""
        self.modal, self.modal_asked_at = modal, at

    def lost(self, modal: str, at: datetime) -> bool:
        """The window is not there. False while Slack may still be opening it; else nobody looks for it again."""
        if self.modal != modal:
            return True
        if self.modal_asked_at is not None and at < self.modal_asked_at + OPENS_WITHIN:
            return False
        self.modal = None
        return True

    # -- forward --------------------------------------------------------------------------------------------------

    def sends(self, at: datetime) -> None:
        """From here on the note may be on the ticket; committed before the call. `at` is the database's time."""
        self._need(PostingState.CLAIMED)
        self.sending_at = at

    def never_arrived(self) -> None:
        """The other side refused the note, or surely does not have it."""
        self._need(PostingState.CLAIMED)
        self.sending_at = None

    def note_is(self, external_id: str, at: datetime) -> None:
        """The note is on the ticket."""
        self._need(PostingState.CLAIMED)
        self.state, self.note_external_id, self.note_posted_at = PostingState.NOTE_POSTED, external_id, at
        self.tries = 0
        self._untroubled()

    def skip(self, reason: str) -> None:
        """The ticket's status stays what it is."""
        self._need(PostingState.NOTE_POSTED)
        self.state, self.status_transition_skipped_reason = PostingState.SKIPPED, reason
        self._untroubled()

    def status_was_set(self, wanted: Status, observed: Status) -> None:
        """The other side took the status; `observed` is what it reads back as."""
        self._need(PostingState.NOTE_POSTED)
        self.state = PostingState.STATUS_SET
        self.wanted_status_id, self.wanted_status, self.observed_status = wanted.id, wanted.name, observed.name
        self._untroubled()

    def verify(self, observed_id: str, system: str) -> None:
        """Raises `StatusNotVerified` when what was read back is not what was asked for."""
        self._need(PostingState.STATUS_SET)
        if observed_id != self.wanted_status_id:
            raise StatusNotVerified(system, expected=self.wanted_status or "", observed=self.observed_status or "")
        self.state = PostingState.VERIFIED

    def conclude(self, ending: Ending, at: datetime) -> None:
        self.state, self.ending, self.concluded_at = PostingState.CONCLUDED, ending, at
        self._untroubled()

    # -- trouble --------------------------------------------------------------------------------------------------

    def fail(self, trouble: Trouble, why: str) -> None:
        """It stands still here until a person decides."""
        if self.state not in {PostingState.FAILED, PostingState.CONCLUDED}:
            # A status that did not hold is asked for anew, so it is the step before that a retry goes on from.
            at = PostingState.NOTE_POSTED if trouble is Trouble.NOT_VERIFIED else self.state
            self.failed_at, self.state = at, PostingState.FAILED
        self.trouble, self.why, self.next_try_at = trouble, why, None

    def put_off(self, why: str, until: datetime) -> None:
        """The other side is away; it is tried again then."""
        self.tries += 1
        self.pause(why, until)

    def pause(self, why: str, until: datetime) -> None:
        """The other side asks for a pause: it is well and did nothing, so this was no try."""
        self.why, self.next_try_at = why, until

    def go_on(self) -> None:
        """A person says: once more. Raises `Conflict` when it does not stand still."""
        if self.state is not PostingState.FAILED or self.failed_at is None:
            raise Conflict(
                "This post does not wait for anybody: " + ("it is finished." if self.ending else "it is under way.")
            )
        self.state, self.failed_at = self.failed_at, None
        self.tries = 0
        self._untroubled()

    def keep_open(self, at: datetime) -> None:
        """The note stays on the ticket, the session goes on. Raises `Conflict` unless it stands still."""
        if self.state is not PostingState.FAILED:
            raise Conflict(
                "This post does not wait for anybody: " + ("it is finished." if self.ending else "it is under way.")
            )
        self.conclude(Ending.CANCELLED if self.is_unsent else Ending.KEPT_OPEN, at)

    def cancel(self, at: datetime) -> None:
        """Takes it back before anything was sent. Raises `Conflict` when the note may be on the ticket."""
        if self.state is PostingState.CONCLUDED:
            raise Conflict("This post is finished already.")
        if not self.is_unsent:
            raise Conflict("The note may be on the ticket already, so this post cannot be taken back.")
        self.conclude(Ending.CANCELLED, at)

    def _untroubled(self) -> None:
        self.trouble = self.why = self.next_try_at = None

    def _need(self, state: PostingState) -> None:
        if self.state is not state:
            raise Conflict(f"This post is at “{self.state.value}” already.")
