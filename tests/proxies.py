"""A proxy that can be cut: what a network does to the bot now and then."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL

PORT = ".s.PGSQL.5432"


@dataclass
class DatabaseProxy:
    """Stands before a PostgreSQL on a unix socket; `folder` holds the proxy's own. Keep the folder's path short."""

    server: Path
    folder: Path
    _listening: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, through: URL) -> URL:
        """The same database by way of this proxy."""
        return through.update_query_dict({"host": str(self.folder)})

    async def mend(self) -> None:
        """Lets everything through, from now on or again."""
        self._flowing.set()
        if self._listening is None:
            self._listening = await asyncio.start_unix_server(self._serve, self.folder / PORT)

    async def cut(self) -> None:
        """Closes every connection at once and takes no new one."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None
            (self.folder / PORT).unlink(missing_ok=True)
        for writer in list(self._open):
            writer.transport.abort()

    def hold(self) -> None:
        """Swallows nothing and passes nothing on: the other side is silent until `mend`."""
        self._flowing.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self.server / PORT)
        self._open |= {writer, there_writer}
        try:
            await asyncio.gather(self._pass(reader, there_writer), self._pass(there_reader, writer))
        finally:
            self._open -= {writer, there_writer}

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while content := await reader.read(65_536):
                await self._flowing.wait()
                writer.write(content)
                await writer.drain()
        writer.close()
