"""The desk calls those who want to know when a ticket changes."""

import asyncio
import base64
import hashlib
import hmac
import json
from uuid import uuid4

import aiohttp

from bot.sandbox.desk.records import Records, ticket_shown
from bot.sandbox.wire import Json, text, whole

PATIENCE = 5.0
AGAIN = (404, 409, 419, 429)
TRIES = 3


def signature(signing_key: str, body: bytes) -> str:
    """Return what stands in x-content-signature."""
    key = hashlib.sha256(signing_key.encode()).digest()
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


class Callbacks:
    """Sends what was asked for; key_url is where its key is to be had."""

    def __init__(self, records: Records, signing_key: str) -> None:
        self.records = records
        self.signing_key = signing_key
        self.key_url = ""
        self._sending: set[asyncio.Task[None]] = set()

    def tell(self, ticket_id: int) -> None:
        """Call everybody who follows this ticket."""
        for callback in self.records.callbacks.values():
            if whole(callback.get("objectId"), 0) == ticket_id and not callback.get("inactiveFlag"):
                sending = asyncio.ensure_future(
                    self._send(text(callback.get("url")), self._payload(callback, ticket_id))
                )
                self._sending.add(sending)
                sending.add_done_callback(self._sending.discard)

    def _payload(self, callback: Json, ticket_id: int) -> bytes:
        ticket = self.records.tickets.get(ticket_id)
        entity = None if ticket is None else json.dumps(ticket_shown(self.records, ticket))
        return json.dumps(
            {
                "MessageId": str(uuid4()),
                "Action": "updated",
                "Type": "ticket",
                "ID": ticket_id,
                "Entity": entity,
                "CallbackObjectRecId": callback["id"],
                "Metadata": {"key_url": self.key_url},
            }
        ).encode()

    async def _send(self, url: str, body: bytes) -> None:
        headers = {"x-content-signature": signature(self.signing_key, body), "Content-Type": "application/json"}
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            for _ in range(TRIES):
                try:
                    async with session.post(url, data=body, headers=headers) as answer:
                        if answer.status not in AGAIN:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    return

    async def stop(self) -> None:
        """Call nobody any more."""
        for sending in self._sending:
            sending.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)
