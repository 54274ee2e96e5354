"""What is shown of the money: what was spent, and what is left to spend."""

from __future__ import annotations

from dataclasses import dataclass

MICRO = 1_000_000


@dataclass(frozen=True)
class Spent:
    """`tokens` are all that went in and came out."""

    tokens: int = 0
    cost_micro_usd: int = 0


NOTHING = Spent()


@dataclass(frozen=True)
class Budget:
    """`limit_usd` is the account's preference; 0: no model is asked."""

    spent: Spent
    limit_usd: int

    @property
    def is_used_up(self) -> bool:
        return self.spent.cost_micro_usd >= self.limit_usd * MICRO
