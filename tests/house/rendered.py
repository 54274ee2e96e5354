"""Every view of the bot, rendered from data at its extremes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import cast

from bot import blocks, errors
from bot.blocks import Block, View
from bot.features.access import views as access
from bot.features.fixes import views as fixes
from bot.features.home import views as home
from bot.features.sessions import views as sessions
from bot.sandbox.wire import Json, items, obj
from core.accounts.models import AccessRequest, Kind, RequestState, User
from core.fixes.models import FixStatus, Outcome, SuggestedFix
from core.fixes.overview import FixCard, Home, SessionCard
from core.fixes.queries import Waiting
from core.ids import new_id
from core.outbox.models import Delivery, DeliveryState
from core.scope import Role
from core.sessions.models import Fact, FactSource, Session, SessionStatus
from core.sessions.queries import Listed, Page
from tests.builders import NOON

URL = "https://example.slack.com/"
MODULES: Sequence[ModuleType] = (access, fixes, home, sessions)
TEXTS: Mapping[str, str] = {
    "nothing": "",
    "blank": "  \n ",
    "a word": "Printer",
    "8,000 characters": "x" * 8_000,
    "markup that grows when it is escaped": "<!channel> & <@U0ANA00001> *a* `b` |" * 220,
    "emoji": "👩\u200d💻🇩🇪❤️\u200d🔥" * 900,
    "lines": "one\n" * 2_000,
    "right to left": "الطابعة لا تعمل " * 500,
}


@dataclass(frozen=True)
class Rendered:
    """What a view gave: blocks of a message, or a whole modal or App Home."""

    by: str
    text: str | None
    blocks: Sequence[Block] | None = None
    view: View | None = None


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
        return [Waiting(fix, self.session(private=True), self.name) for fix in parked]

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


def rendered(text: str) -> Iterator[Rendered]:
    """Every view, with `text` in every place where a text of somebody's can stand."""
    data = Data(text)
    yield from _access(data)
    yield from _fixes(data)
    yield from _home(data)
    yield from _sessions(data)
    yield Rendered("notice", None, view=errors.notice("Not done", text))
    yield Rendered("blocks", None, view=blocks.notice("Not done", text))


def _message(by: str, both: tuple[str, list[Block]]) -> Rendered:
    return Rendered(by, both[0], both[1])


def _access(data: Data) -> Iterator[Rendered]:
    decided = [
        data.request(),
        data.request(RequestState.APPROVED, Role.ENGINEER),
        data.request(RequestState.APPROVED, Role.L1),
        data.request(RequestState.DECLINED),
    ]
    for request in decided:
        yield _message("access.card", access.card(request, data.name, "U0NIA00001", data.name))
        yield _message("access.verdict", access.verdict(request))


def _fixes(data: Data) -> Iterator[Rendered]:
    for status in FixStatus:
        for script, applied, superseded in ((True, True, False), (True, False, True), (False, False, False)):
            fix = data.fix(status, script=script, applied=applied, superseded=superseded)
            card = data.fix_card(fix)
            yield _message("fixes.card_blocks", (fixes.card_text(card), fixes.card_blocks(card)))
    for outcome in Outcome:
        if outcome is not Outcome.DISMISSED:
            yield Rendered("fixes.outcome_modal", None, view=fixes.outcome_modal(data.fix(), outcome, typed=data.text))
    for status in (FixStatus.APPLIED_SUCCESS, FixStatus.APPLIED_FAILED, FixStatus.DISMISSED):
        yield Rendered("fixes.correct_modal", None, view=fixes.correct_modal(data.fix(status)))
    yield _message("fixes.run_reply", fixes.run_reply(data.fix()))
    yield _message("fixes.script_blocks", ("script", fixes.script_blocks(data.text * 8)))
    waiting = data.waiting()
    yield _message("fixes.pending", fixes.pending(waiting, 1_000, 1, URL, NOON))
    yield _message("fixes.pending", fixes.pending([], 0, 0, URL, NOON))


def _home(data: Data) -> Iterator[Rendered]:
    requests = [(data.request(), data.name) for _ in range(20)]
    full = Home(data.waiting(), 1_000, 1, data.page(), requests, [data.in_question() for _ in range(20)])
    empty = Home([], 0, 0, Page([], 0, 0), [], [])
    for role in Role:
        for shown in (full, empty):
            yield Rendered("home.home", None, view=home.home(data.user(role), shown, URL, NOON))
    yield Rendered("home.welcome", None, view=home.welcome())
    yield Rendered("home.refused", None, view=home.refused(data.text))


def _sessions(data: Data) -> Iterator[Rendered]:
    for status in SessionStatus:
        for fix in (None, data.fix(), data.fix(FixStatus.APPLIED_PENDING, applied=True)):
            facts = [data.fact() for _ in range(40)] if fix else []
            card = SessionCard(data.session(status, private=fix is None), data.user(), facts, fix)
            yield _message("sessions.card_blocks", (sessions.card_text(card), sessions.card_blocks(card)))
    yield _message("sessions.problem_text", sessions.problem_text(data.session()))
    yield _message("sessions.message_blocks", ("message", sessions.message_blocks(data.text)))
    for channel, thread in ((None, None), ("C0HELPDESK", "1.0")):
        view = sessions.new_modal(channel=channel, thread_ts=thread, problem=data.text)
        yield Rendered("sessions.new_modal", None, view=view)
    yield Rendered("sessions.rename_modal", None, view=sessions.rename_modal(data.session()))
    yield Rendered("sessions.hand_to_modal", None, view=sessions.hand_to_modal(data.session()))
    yield Rendered(
        "sessions.fact_modal", None, view=sessions.fact_modal(data.session(), text=data.text, message_ts="1.0")
    )
    for which in ("mine", None):
        for page in (data.page(), Page([], 0, 0)):
            yield _message("sessions.listing", sessions.listing(data.text[:150], page, URL, which=which))
    for verb in ("pause", "resume"):
        yield _message("sessions.chooser", sessions.chooser(verb, [data.session() for _ in range(20)]))
    yield _message("sessions.greeting", sessions.greeting())


def views_there_are() -> set[str]:
    """The public functions of the features' views that give blocks."""
    found: set[str] = set()
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            ours = function.__module__ == module.__name__ and not name.startswith("_")
            if ours and any(word in str(inspect.signature(function).return_annotation) for word in ("Block", "View")):
                found.add(f"{module.__name__.split('.')[-2]}.{name}")
    return found


def elements(value: object) -> Iterator[Json]:
    """Everything inside that has an action id."""
    if isinstance(value, dict):
        inside = obj(cast("object", value))
        if "action_id" in inside:
            yield inside
        for one in inside.values():
            yield from elements(one)
    else:
        for one in items(value):
            yield from elements(one)
