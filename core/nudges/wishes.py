"""How one person wants to be nudged, and the hours that come of it together with the account's."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date, time
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from core.accounts.models import User
from core.accounts.preferences import Preferences
from core.errors import Invalid
from core.nudges.hours import Hours

MOST_CALENDARS = 500


class Mode(StrEnum):
    """Each by itself when it is due (three or more at once together), one message a morning, or not at all."""

    EACH = "each"
    DIGEST = "digest"
    OFF = "off"


class Wishes(BaseModel):
    """What somebody changed for themselves; None: as the account has it. `channel` is where nudges go instead of a direct message."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mode: Mode = Mode.EACH
    channel: str | None = None
    days: tuple[int, ...] | None = None
    start: time | None = None
    end: time | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None

    @model_validator(mode="after")
    def _in_pairs(self) -> Wishes:
        if (self.start is None) != (self.end is None) or (self.start is not None and self.start == self.end):
            raise ValueError("give both a start and a later end of the working day, or neither")
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("give both a start and an end of the quiet time, or neither")
        return self

    @property
    def off(self) -> bool:
        return self.mode is Mode.OFF

    @property
    def digest_only(self) -> bool:
        return self.mode is Mode.DIGEST


def of(user: User) -> Wishes:
    """What a person wishes; what this version cannot read counts as not wished."""
    try:
        return Wishes.model_validate(user.nudge_wishes or {})
    except ValidationError:
        return Wishes()


def read(given: Mapping[str, object]) -> Wishes:
    """The wishes of a form; no day chosen: those of the account. Raises `Invalid` on the field that does not fit."""
    try:
        return Wishes.model_validate({name: value for name, value in given.items() if value not in (None, "", [])})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ("quiet_from" if "quiet" in first["msg"] else "start")
        raise Invalid(f"{first['msg'].removeprefix('Value error, ').capitalize()}.", field=field) from None


def hours(account: Preferences, user: User | None) -> Hours:
    """When a person may be nudged (None: the account itself, which has a zone and hours of its own)."""
    wish = of(user) if user is not None else Wishes()
    quiet = (wish.quiet_from or account.nudge_quiet_from, wish.quiet_until or account.nudge_quiet_until)
    return Hours(
        zone=zone(user.tz if user is not None else "", account.nudge_timezone),
        days=frozenset(account.nudge_days if wish.days is None else wish.days),
        start=wish.start or account.nudge_start,
        end=wish.end or account.nudge_end,
        quiet=(quiet[0], quiet[1]) if quiet[0] is not None and quiet[1] is not None else None,
        closed=_closed(account.nudge_holidays),
    )


def is_zone(name: str) -> bool:
    return zone(name).key == name


def zone(*names: str) -> ZoneInfo:
    """The first of these zones that there is, or UTC."""
    for name in names:
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


@lru_cache(maxsize=MOST_CALENDARS)
def calendar(name: str) -> Container[date]:
    """The public holidays of a country or a part of it ("DE", "DE-BY"). Raises `Invalid` for a place without any."""
    import holidays  # noqa: PLC0415 - it takes a while, and most accounts name no place

    country, _, part = name.strip().upper().partition("-")
    try:
        return holidays.country_holidays(country, subdiv=part or None)
    except (NotImplementedError, KeyError):
        raise Invalid(
            f"There is no calendar “{name}”; a country's is named like DE, a part's like DE-BY.", field="nudge_holidays"
        ) from None


def _closed(name: str) -> Container[date]:
    try:
        return calendar(name) if name else ()
    except Invalid:
        return ()
