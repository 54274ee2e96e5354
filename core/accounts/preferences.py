"""What an account prefers, with the defaults of everything nobody has changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.accounts import queries
from core.errors import Invalid
from core.unit import Unit

ANY_ENGINEER = frozenset({"templatize_prompt_enabled"})
"""What any engineer may switch for the team; the rest is an admin's."""


class Preferences(BaseModel):
    """Every preference there is. Adding one is adding a field: the stored row holds only what was changed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    abandon_after_days: int = Field(default=14, ge=1, le=365)
    escalation_channel: str | None = Field(default=None, max_length=30)
    enabled_l1_categories: tuple[str, ...] | None = None
    """What first-line walks may be built for; None: every category there is."""
    mail_customers: bool = False
    note_language: Literal["ticket", "english"] = "ticket"
    nudge_cover: str = Field(default="", max_length=36)
    nudge_days: tuple[Annotated[int, Field(ge=0, le=6)], ...] = Field(default=(0, 1, 2, 3, 4), min_length=1)
    nudge_end: time = time(17)
    nudge_holidays: str = Field(default="", max_length=10)
    nudge_lead_channel: str = Field(default="", max_length=30)
    nudge_quiet_from: time | None = None
    nudge_quiet_until: time | None = None
    nudge_start: time = time(9)
    nudge_timezone: str = Field(default="", max_length=60)
    nudge_weekly_digest: bool = False
    model_budget_usd: int = Field(default=50, ge=0, le=100_000)
    templatize_prompt_enabled: bool = True
    script_publishers: Literal["engineers", "admins"] = "engineers"
    starter_library_enabled: bool = True


async def of(unit: Unit) -> Preferences:
    """The account's preferences."""
    row = await queries.settings(unit)
    return read(row.preferences if row else {})


async def change(unit: Unit, changes: Mapping[str, object]) -> Preferences:
    """Merges `changes` into the account's preferences and returns them all.

    Raises `Forbidden` for who may not, `Invalid` on the key whose value does not fit.
    """
    if set(changes) <= ANY_ENGINEER:
        unit.scope.need_engineer("change this preference")
    else:
        unit.scope.need_admin("change the preferences")
    if unknown := set(changes) - set(Preferences.model_fields):
        raise Invalid(f"There is no preference “{min(unknown)}”.")
    row = await queries.settings_for_update(unit)
    before = read(row.preferences).model_dump(mode="json")
    try:
        after = Preferences.model_validate({**before, **changes})
    except ValidationError as error:
        first = error.errors()[0]
        raise Invalid(f"{first['msg']}.", field=str(first["loc"][0])) from None
    now = after.model_dump(mode="json")
    changed = {key: now[key] for key in changes if now[key] != before[key]}
    if changed:
        row.preferences = {**row.preferences, **changed}
        unit.audit("preferences.changed", unit.account_id, before={key: before[key] for key in changed}, after=changed)
    return after


def read(stored: Mapping[str, object]) -> Preferences:
    """What a stored row means. A value that this version cannot read counts as unchanged."""
    try:
        return Preferences.model_validate(stored)
    except ValidationError as error:
        unreadable = {str(one["loc"][0]) for one in error.errors()}
        return Preferences.model_validate({key: value for key, value in stored.items() if key not in unreadable})
