"""What an account prefers, with the defaults of everything nobody has changed."""

from __future__ import annotations

from collections.abc import Mapping

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
    model_budget_usd: int = Field(default=50, ge=0, le=100_000)
    templatize_prompt_enabled: bool = True


async def of(unit: Unit) -> Preferences:
    """The account's preferences. A stored value that this version cannot read counts as unchanged."""
    row = await queries.settings(unit)
    return _read(row.preferences if row else {})


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
    before = _read(row.preferences).model_dump(mode="json")
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


def _read(stored: Mapping[str, object]) -> Preferences:
    try:
        return Preferences.model_validate(stored)
    except ValidationError as error:
        unreadable = {str(one["loc"][0]) for one in error.errors()}
        return Preferences.model_validate({key: value for key, value in stored.items() if key not in unreadable})
