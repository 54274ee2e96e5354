"""Ids: uuid7, made here, so that rows sort by the time they were made without a sequence."""

from __future__ import annotations

import os
import threading
import time
from typing import NewType
from uuid import UUID

AccountId = NewType("AccountId", UUID)
UserId = NewType("UserId", UUID)
SessionId = NewType("SessionId", UUID)
FactId = NewType("FactId", UUID)
FixId = NewType("FixId", UUID)
MessageId = NewType("MessageId", UUID)
RequestId = NewType("RequestId", UUID)
NudgeId = NewType("NudgeId", UUID)
ReminderId = NewType("ReminderId", UUID)
TurnId = NewType("TurnId", UUID)
DeliveryId = NewType("DeliveryId", UUID)
ConnectionId = NewType("ConnectionId", UUID)
FollowId = NewType("FollowId", UUID)
PreviewId = NewType("PreviewId", UUID)
PostingId = NewType("PostingId", UUID)
EscalationId = NewType("EscalationId", UUID)
DraftId = NewType("DraftId", UUID)
TemplateId = NewType("TemplateId", UUID)
CategoryId = NewType("CategoryId", UUID)
SheetId = NewType("SheetId", UUID)
TicketId = NewType("TicketId", UUID)
WalkId = NewType("WalkId", UUID)
ProposalId = NewType("ProposalId", UUID)


class _Clock7:
    """Strictly rising within a process: the 12 bits after the milliseconds count, and run over into the milliseconds."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def next(self) -> int:
        now = (time.time_ns() // 1_000_000) << 12
        with self._lock:
            self._last = max(now, self._last + 1)
            return self._last


_clock = _Clock7()


def new_id() -> UUID:
    """A uuid7 that is greater than every one this process made before."""
    ticks = _clock.next()
    tail = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    return UUID(int=(ticks >> 12) << 80 | 0x7 << 76 | (ticks & 0xFFF) << 64 | 0b10 << 62 | tail)
