"""Requests for access."""

from __future__ import annotations

from collections.abc import Iterator

from bot.features.access import views as access
from core.accounts.models import RequestState
from core.scope import Role
from tests.house.rendered.data import Data, Rendered, message


def access_views(data: Data) -> Iterator[Rendered]:
    decided = [
        data.request(),
        data.request(RequestState.APPROVED, Role.ENGINEER),
        data.request(RequestState.APPROVED, Role.L1),
        data.request(RequestState.DECLINED),
    ]
    for request in decided:
        yield message("access.card", access.card(request, data.name, "U0NIA00001", data.name))
        yield message("access.verdict", access.verdict(request))
