"""Rows and lists whose every text is the same, at its extremes; each file beside this one renders the views of one feature from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.blocks import Block, View
from core.accounts.models import AccessRequest, Kind, RequestState, User
from core.fixes.models import FixStatus, Outcome, SuggestedFix
from core.fixes.overview import FixCard
from core.fixes.queries import Waiting
from core.ids import new_id
from core.nudges.models import Answer
from core.nudges.queries import Asking
from core.outbox.models import Delivery, DeliveryState
from core.scope import Role
from core.sessions.models import Fact, FactSource, Session, SessionStatus
from core.sessions.queries import Listed, Page
from tests.builders import NOON

URL = "https://example.slack.com/"


@dataclass(frozen=True)
class Rendered:
    """What a view gave: blocks of a message, or a whole modal or App Home."""

    by: str
    text: str | None
    blocks: Sequence[Block] | None = None
    view: View | None = None


def message(by: str, both: tuple[str, list[Block]]) -> Rendered:
    return Rendered(by, both[0], both[1])


@dataclass(frozen=True)
class Data:
    """Rows whose every text is the same, cut only where the house itself cuts it before it is kept."""

    text: str

    @property
    def title(self) -> str:
        return self.text[:200]

    @property
    def name(self) -> str:
        return self.text[:80]

    def user(self, role: Role = Role.OWNER) -> User:
        return User(
            account_id=new_id(), id=new_id(), slack_user_id="U0ANA00001", name=self.name, role=role, kind=Kind.MEMBER
        )

    def session(self, status: SessionStatus = SessionStatus.ACTIVE, *, private: bool = False) -> Session:
        return Session(
            account_id=new_id(),
            id=new_id(),
            status=status,
            title=self.title[:150],
            problem=self.text,
            owner_id=new_id(),
            started_by=new_id(),
            channel="C0HELPDESK",
            thread_ts="1700000000.000100" if private else None,
            private_channel=private,
            created_at=NOON,
            last_active_at=NOON,
        )

    def fact(self) -> Fact:
        return Fact(
            account_id=new_id(),
            id=new_id(),
            session_id=new_id(),
            source=FactSource.NOTE,
            text=self.text[:3_000],
            created_by=new_id(),
            created_at=NOON,
        )

    def fix(
        self,
        status: FixStatus = FixStatus.PROPOSED,
        *,
        script: bool = True,
        applied: bool = False,
        superseded: bool = False,
    ) -> SuggestedFix:
        notes = self.text[:3_000]
        return SuggestedFix(
            account_id=new_id(),
            id=new_id(),
            session_id=new_id(),
            title=self.title,
            description=self.text,
            confidence_pct=100,
            ai_drafted_script=(self.text or "x") * 3 if script else None,
            sources=[self.text[:3_000]] * 12,
            composed_without_ai=script,
            status=status,
            applied_at=NOON if applied else None,
            applied_by=new_id(),
            recorded_by=new_id(),
            recorded_at=NOON,
            partial_notes=notes,
            pending_reason=notes,
            failure_reason=notes,
            check_at=NOON + timedelta(days=1),
            ai_outcome_proposal=None if superseded else Outcome.APPLIED_PARTIAL,
            ai_outcome_notes=notes,
            superseded_at=NOON if superseded else None,
            created_at=NOON,
        )

    def fix_card(self, fix: SuggestedFix) -> FixCard:
        names = {person: self.name for person in (fix.applied_by, fix.recorded_by) if person}
        return FixCard(fix, self.session(), names, self.title)

    def request(self, state: RequestState = RequestState.OPEN, role: Role | None = None) -> AccessRequest:
        decided = NOON if state is not RequestState.OPEN else None
        return AccessRequest(
            account_id=new_id(),
            id=new_id(),
            user_id=new_id(),
            state=state,
            asked_at=NOON,
            role=role,
            decided_at=decided,
        )

    def waiting(self) -> list[Waiting]:
        parked = [self.fix(FixStatus.APPLIED_PENDING, applied=True) for _ in range(10)]
        how = [
            None,
            Asking(0, NOON, None, unsure=False),
            Asking(2, None, Answer.MUTED, unsure=True),
            Asking(5, None, None, unsure=True),
        ]
        return [Waiting(fix, self.session(private=True), self.name, how[n % 4]) for n, fix in enumerate(parked)]

    def page(self, number: int = 1) -> Page:
        return Page([Listed(self.session(private=n % 2 == 0), self.name) for n in range(10)], 1_000, number)

    def in_question(self) -> Delivery:
        return Delivery(
            account_id=new_id(),
            id=new_id(),
            event="SessionStarted",
            effect="sessions.post_card",
            ids={},
            order_key=None,
            supersede_key=None,
            dedupe_key="1",
            due_at=NOON,
            state=DeliveryState.UNKNOWN,
            attempts=1,
            target={"channel": "C0HELPDESK"},
        )
