"""Secrets at rest: AES-256-GCM, bound to the place they stand in, so that a sealed text moved to another row or account does not open.

`FLOWPILOT_SECRET_KEYS` names the keys, newest first: `k2:BASE64,k1:BASE64`. The first one seals, all of them open; a rotation adds a key in front,
and what was sealed with an older one is sealed anew when it is next written.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from core.errors import Invalid, Unavailable
from core.ids import AccountId

NAME = "FLOWPILOT_SECRET_KEYS"
KEY_BYTES = 32
NONCE_BYTES = 12
_KEY_ID = re.compile(r"[a-z0-9-]{1,20}")


@dataclass(frozen=True)
class Place:
    """Where a sealed text stands."""

    account_id: AccountId
    table: str
    column: str
    row: UUID

    @property
    def data(self) -> bytes:
        return json.dumps([str(self.account_id), self.table, self.column, str(self.row)]).encode()


@dataclass(frozen=True)
class Keyring:
    """The keys by id, the one that seals first. Empty: nothing can be sealed or opened."""

    keys: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)

    @staticmethod
    def parse(text: str) -> Keyring:
        """Raises `Invalid`, saying what a key looks like, without repeating what was given."""
        keys: dict[str, bytes] = {}
        for number, entry in enumerate((one for one in text.replace(",", " ").split()), 1):
            key_id, _, encoded = entry.partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if not _KEY_ID.fullmatch(key_id) or len(key) != KEY_BYTES:
                raise Invalid(
                    f"{NAME}: key {number} is not one. It looks like k1:… with 32 random bytes in base64 after the colon; "
                    "`python -m bot doctor` shows a fresh one."
                )
            if key_id in keys:
                raise Invalid(f"{NAME} names the key {key_id} twice.")
            keys[key_id] = key
        return Keyring(keys)

    def need(self) -> str:
        """The id of the key that seals. Raises `Unavailable` when there is none."""
        key_id = next(iter(self.keys), None)
        if key_id is None:
            raise Unavailable(
                "keys", f"{NAME} is not set, so nothing secret can be kept; whoever runs FlowPilot can set it."
            )
        return key_id

    def seal(self, secret: str, place: Place) -> str:
        """The sealed text: key id, nonce and ciphertext. Raises `Unavailable` without keys."""
        key_id = self.need()
        # Loaded when first needed, like all that a process may never meet.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self.keys[key_id]).encrypt(nonce, secret.encode(), place.data)
        return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, place: Place) -> str:
        """The secret. Raises `Unavailable` when its key is not here any more, or when it was not sealed for this place."""
        key_id, _, encoded = sealed.partition(":")
        key = self.keys.get(key_id)
        if key is None:
            raise Unavailable(
                "keys", f"A secret was sealed with the key “{key_id}”, which {NAME} does not name any more."
            )
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            whole = base64.b64decode(encoded, validate=True)
            return AESGCM(key).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], place.data).decode()
        except (InvalidTag, binascii.Error, ValueError):
            raise Unavailable(
                "keys", f"A secret does not open with the key “{key_id}”: it was changed, or moved here from elsewhere."
            ) from None

    def is_current(self, sealed: str) -> bool:
        """Whether it was sealed with the key that seals now."""
        return sealed.partition(":")[0] == next(iter(self.keys), None)


def fresh_key(key_id: str = "k1") -> str:
    """A new entry for `FLOWPILOT_SECRET_KEYS`."""
    return f"{key_id}:{base64.b64encode(os.urandom(KEY_BYTES)).decode()}"
