"""The model's settings."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.model import views as model
from core.spending.pages import Budget, Spent
from tests.house.rendered.data import Data, Rendered


def model_views(data: Data) -> Iterator[Rendered]:
    del data
    for budget in (Budget(Spent(), 0), Budget(Spent(10**12, 10**12), 100_000)):
        yield Rendered("model.budget_modal", None, view=model.budget_modal(budget))
