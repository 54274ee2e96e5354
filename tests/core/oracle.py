"""The rules of sessions and fixes told a second time, in plain tables, to compare the house with. It knows no model and no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

ENGINEERS = {"ben", "eva", "adil"}
ADMINS = {"adil"}
FINAL = {"applied_success", "applied_failed", "dismissed"}
VERIFIES = {"applied_success", "applied_failed"}
NEEDS_WORDS = {"applied_partial", "applied_pending"}


class Refused(Exception):
    """The command must be refused, with this kind of refusal."""


@dataclass
class Fix:
    """One suggestion, as a person would describe it."""

    script: bool
    status: str = "proposed"
    decision: str | None = None
    applied_at: datetime | None = None
    applied_by: str | None = None
    verified_at: datetime | None = None
    recorded_by: str | None = None
    superseded: bool = False

    def applied(self, who: str, at: datetime) -> None:
        if self.applied_at is None:
            self.applied_at, self.applied_by = at, who


@dataclass
class Session:
    """One session: `version` counts what a note would show, `audited` everything that was accepted."""

    owner: str
    paused: bool = False
    version: int = 0
    fixes: list[Fix] = field(default_factory=list[Fix])
    audited: list[str] = field(default_factory=lambda: ["session.started"])

    def noted(self, what: str) -> None:
        self.version += 1
        self.audited.append(what)

    def suggest(self, *, script: bool) -> None:
        for fix in self.fixes:
            fix.superseded = True
        self.fixes.append(Fix(script))
        self.noted("fix.suggested")

    def decide(self, who: str, fix: Fix, decision: str, at: datetime) -> None:
        may_work(who)
        open_still(fix)
        if decision == "dismissed":
            dismiss(fix, who)
        elif not fix.script:
            raise Refused("Invalid")
        else:
            fix.applied(who, at)
        fix.decision = decision
        self.noted("fix.decided")

    def apply(self, who: str, fix: Fix, at: datetime) -> None:
        may_work(who)
        open_still(fix)
        if fix.applied_at is not None:
            raise Refused("Conflict")
        if fix.script:
            raise Refused("Invalid")
        fix.applied(who, at)
        self.noted("fix.applied")

    def record(self, who: str, fix: Fix, outcome: str, words: str | None, at: datetime) -> None:
        may_work(who)
        open_still(fix)
        if outcome == "dismissed":
            dismiss(fix, who)
        elif outcome in NEEDS_WORDS and not words:
            raise Refused("Invalid")
        else:
            judge(fix, who, outcome, at)
        self.noted("fix.recorded")

    def correct(self, who: str, fix: Fix, outcome: str, words: str | None, at: datetime) -> None:
        may_work(who)
        if not words:
            raise Refused("Invalid")
        if fix.status not in FINAL:
            raise Refused("Conflict")
        if fix.recorded_by != who and who not in ADMINS:
            raise Refused("Forbidden")
        if fix.status == outcome:
            raise Refused("Conflict")
        if outcome == "dismissed":
            fix.status, fix.recorded_by, fix.verified_at, fix.superseded = "dismissed", who, None, True
        else:
            judge(fix, who, outcome, at)
        self.noted("fix.corrected")

    def add_fact(self, who: str, words: str | None) -> None:
        may_work(who)
        if not words:
            raise Refused("Invalid")
        self.noted("fact.added")

    def pause(self, who: str) -> None:
        may_work(who)
        if self.paused:
            raise Refused("Conflict")
        self.paused = True
        self.audited.append("session.paused")

    def resume(self, who: str) -> None:
        may_work(who)
        if not self.paused:
            raise Refused("Conflict")
        self.paused = False
        self.audited.append("session.resumed")

    def take_over(self, who: str) -> None:
        may_work(who)
        if self.owner == who:
            raise Refused("Conflict")
        self.owner = who
        self.audited.append("session.handed")


def may_work(who: str) -> None:
    if who not in ENGINEERS:
        raise Refused("Forbidden")


def open_still(fix: Fix) -> None:
    if fix.status in FINAL:
        raise Refused("Conflict")


def dismiss(fix: Fix, who: str) -> None:
    if fix.superseded:
        raise Refused("Conflict")
    fix.status, fix.recorded_by, fix.superseded = "dismissed", who, True


def judge(fix: Fix, who: str, outcome: str, at: datetime) -> None:
    fix.applied(who, at)
    fix.status, fix.recorded_by = outcome, who
    fix.verified_at = at if outcome in VERIFIES else None
