"""Every ticket system that FlowPilot speaks with, each as a place where the same promises are asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from core.psa.adapters import Adapters
from core.psa.login import Login
from core.psa.provider import PsaProvider, Status
from tests.contracts.request_tracker import MISSING, RealTracker, a_request_tracker
from tests.desk import TRUSTED, Desk, a_desk


@dataclass
class Place:
    """A ticket system with tickets in it. `url` is where it is; its own ids differ, so they are told."""

    provider: PsaProvider
    adapters: Adapters
    login: Login
    url: str
    ticket: str
    title: str
    others: tuple[str, ...]
    board: str
    closed_ticket: str
    resolved: Status
    unknown_status: Status
    mark: str
    desk: Desk | None = None
    tracker: RealTracker | None = None

    async def open(self, title: str) -> str:
        """Opens a ticket behind FlowPilot's back and returns its number."""
        if self.desk is not None:
            return str((await self.desk.world(open={"summary": title, "board": 1}))["ticket"])
        assert self.tracker is not None
        return await self.tracker.open(title)

    async def delete(self, ticket: str) -> None:
        if self.desk is not None:
            await self.desk.world(deleted={"ticket": int(ticket)})
        if self.tracker is not None:
            await self.tracker.ask("PUT", f"/ticket/{ticket}", {"Status": "deleted"})

    async def merge(self, ticket: str, into: str) -> None:
        if self.desk is not None:
            await self.desk.world(merged={"ticket": int(ticket), "into": int(into)})
        if self.tracker is not None:
            await self.tracker.ask("PUT", f"/ticket/{ticket}", {"MergeInto": int(into)})


@pytest.fixture
async def desk_place() -> AsyncGenerator[Place]:
    adapters = Adapters.over(TRUSTED)
    async with a_desk() as desk:
        yield Place(
            provider=adapters.connect(desk.login),
            adapters=adapters,
            login=desk.login,
            url=desk.url,
            ticket="99120",
            title="Print spooler on PRINT01 stops every few minutes, accounting cannot print",
            others=("99121", "99123"),
            board="1",
            closed_ticket="99127",
            resolved=Status("15", "Resolved", closed=True),
            unknown_status=Status("25", "Completed", closed=True),
            mark="CW",
            desk=desk,
        )
    await adapters.close()


@pytest.fixture(scope="session")
async def tracker() -> AsyncGenerator[RealTracker]:
    if MISSING:
        pytest.skip(MISSING)
    async with a_request_tracker() as one:
        yield one


@dataclass(frozen=True)
class Opened:
    """The tickets that the tests share: opening one takes a real Request Tracker a while."""

    title: str
    ticket: str
    others: tuple[str, ...]
    closed: str


@pytest.fixture(scope="session")
async def opened(tracker: RealTracker) -> Opened:
    title = "The printer on floor 3 is on fire"
    ticket = await tracker.open(title)
    others = (await tracker.open("Outlook asks again and again"), await tracker.open("VPN: größer als gedacht"))
    closed = await tracker.open("Replaced the mouse")
    await tracker.ask("PUT", f"/ticket/{closed}", {"Status": "resolved"})
    return Opened(title, ticket, others, closed)


@pytest.fixture
async def tracker_place(tracker: RealTracker, opened: Opened) -> AsyncGenerator[Place]:
    adapters = Adapters.over(TRUSTED)
    yield Place(
        provider=adapters.connect(tracker.login),
        adapters=adapters,
        login=tracker.login,
        url=tracker.url,
        ticket=opened.ticket,
        title=opened.title,
        others=opened.others,
        board="1",
        closed_ticket=opened.closed,
        resolved=Status("resolved", "resolved", closed=True),
        unknown_status=Status("nonsense", "nonsense", closed=True),
        mark="RT",
        tracker=tracker,
    )
    await adapters.close()


@pytest.fixture(
    params=[
        pytest.param("desk_place", id="desk"),
        pytest.param("tracker_place", id="request-tracker", marks=pytest.mark.long),
    ]
)
def place(request: pytest.FixtureRequest) -> Place:
    found = request.getfixturevalue(str(request.param))
    assert isinstance(found, Place)
    return found
