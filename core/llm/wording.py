"""Turns of phrase that several answers share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.llm.provider import EarlierSuggestion, PastFix

_WENT = {
    "applied_success": "worked",
    "applied_failed": "did not help",
    "applied_partial": "helped in part",
    "applied_pending": "is waiting to be verified",
    "dismissed": "was dismissed",
}


def after_failures(earlier: Sequence[EarlierSuggestion]) -> str:
    """How an answer begins when the last thing that was tried did not solve it."""
    failed = [fix.title for fix in earlier if fix.status in {"applied_failed", "applied_partial"}]
    return f"After “{failed[-1]}” did not solve it: " if failed else ""


def how(fix: EarlierSuggestion) -> str:
    went = _WENT.get(fix.status) or (
        "was applied, not judged yet" if fix.applied else "was replaced" if fix.superseded else "is to be tried"
    )
    return f"{went} ({fix.notes})" if fix.notes else went


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def carried_on(begins: str, goes_on: str) -> str:
    """`goes_on` behind a beginning that ends in a colon, or by itself where there is none."""
    return (
        f"{begins}{goes_on[:1].lower()}{goes_on[1:]}"
        if begins and not goes_on.startswith("I ")
        else f"{begins}{goes_on}"
    )


def worked_before(fix: PastFix, ticket: str | None) -> str:
    """How often a fix has worked in this account, and where last."""
    times = "time" if fix.attempts == 1 else "times"
    where = f", last on {ticket}" if ticket else ""
    return f"Worked before in this workspace: {fix.successes} of {fix.attempts} {times}{where}"
