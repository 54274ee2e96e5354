"""What the tokens of a model cost."""

from __future__ import annotations

# US dollars for a million tokens, which is as many millionths of a dollar for one: read, written. By family, since new versions have kept
# their family's price; a family that is not here counts as the dearest, so that a budget is never passed unseen.
_PRICES = {"haiku": (1.0, 5.0), "sonnet": (3.0, 15.0), "opus": (5.0, 25.0)}
_DEAREST = (15.0, 75.0)
_READ_FROM_CACHE = 0.1
_WRITTEN_TO_CACHE = 1.25


def cost_micro_usd(model: str, read: int, wrote: int, *, cached: int = 0, written: int = 0) -> int:
    """Millionths of a US dollar for one call: tokens `read` in full, `wrote` in the answer, read from and `written` to the cache."""
    per_read, per_wrote = next((price for family, price in _PRICES.items() if family in model), _DEAREST)
    return round(per_read * (read + _READ_FROM_CACHE * cached + _WRITTEN_TO_CACHE * written) + per_wrote * wrote)
