"""The counter behind the long poll: what changed, in order, so that who knows version n is told only the rest."""

import asyncio
from dataclasses import dataclass, field


@dataclass
class Journal:
    """Every change appends one entry, so the version is their number; a change may name the message it touched."""

    entries: list[tuple[str, str] | None] = field(default_factory=list[tuple[str, str] | None])
    waiting: set[asyncio.Future[None]] = field(default_factory=set[asyncio.Future[None]])

    @property
    def version(self) -> int:
        """The number of changes so far."""
        return len(self.entries)

    def note(self, message: tuple[str, str] | None = None) -> None:
        """Count one change; message is (channel, ts) where a message was written, changed or removed."""
        self.entries.append(message)
        for reader in self.waiting:
            if not reader.done():
                reader.set_result(None)
        self.waiting.clear()

    def messages_since(self, version: int) -> list[tuple[str, str]]:
        """Return the (channel, ts) pairs touched after that version, each once, oldest first."""
        return list(dict.fromkeys(entry for entry in self.entries[version:] if entry is not None))

    async def beyond(self, version: int, timeout: float) -> None:  # noqa: ASYNC109 - the long poll's own limit, not an error
        """Return as soon as the version is greater, or after timeout seconds."""
        if self.version > version:
            return
        reader = asyncio.get_running_loop().create_future()
        self.waiting.add(reader)
        try:
            await asyncio.wait_for(reader, timeout)
        except TimeoutError:
            return
        finally:
            self.waiting.discard(reader)
