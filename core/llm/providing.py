"""Puts the providers together: Claude behind its limits where there is a key, else the rules alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from core.llm.access import ModelAccess
from core.llm.asking import Answer, Json, Prompt, Wire
from core.llm.fallback import FallbackProvider
from core.llm.offline import OfflineProvider
from core.llm.online import OnlineProvider
from core.llm.playbooks import load_playbooks
from core.llm.provider import ModelProvider

if TYPE_CHECKING:
    from core.llm.claude import Claude

_Shape = TypeVar("_Shape", bound=Wire)


class _Later:
    """Claude, made when it is first asked, and in a thread: loading its SDK takes a second, in which clicks go on."""

    def __init__(self, access: ModelAccess) -> None:
        self._access = access
        self._making = asyncio.Lock()
        self._claude: Claude | None = None

    async def ask(self, wanted: Prompt, payload: Json, shape: type[_Shape]) -> Answer[_Shape]:
        async with self._making:
            claude = self._claude = self._claude or await asyncio.to_thread(self._make)
        return await claude.ask(wanted, payload, shape)

    def _make(self) -> Claude:
        from core.llm.claude import Claude, Models  # noqa: PLC0415

        access = self._access
        return Claude(access.key, Models(access.notes, access.fast), access.address)

    async def close(self) -> None:
        if self._claude is not None:
            await self._claude.close()


@cache
def _rules() -> OfflineProvider:
    """What is in the box: the same for whoever asks."""
    return OfflineProvider(load_playbooks())


@asynccontextmanager
async def provider(access: ModelAccess | None) -> AsyncGenerator[ModelProvider]:
    """The provider of a running process; without `access` nothing outside is ever asked."""
    offline = _rules()
    if access is None:
        yield offline
        return
    claude = _Later(access)
    try:
        yield FallbackProvider(OnlineProvider(claude, offline), offline)
    finally:
        await claude.close()
