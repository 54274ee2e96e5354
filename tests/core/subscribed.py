"""Four kinds of effects, one for each promise of the outbox."""

from __future__ import annotations

from types import MappingProxyType

from core.outbox.events import FixSuggested, MessageWritten, SessionChanged, SessionStarted
from core.unit import Subscription, Subscriptions

SUBSCRIPTIONS: Subscriptions = MappingProxyType(
    {
        SessionStarted: (Subscription("post.card", order="s:{session_id}", once="{session_id}"),),
        SessionChanged: (Subscription("show.card", order="s:{session_id}", supersede="{session_id}"),),
        MessageWritten: (Subscription("post.message", order="s:{session_id}", once="{message_id}"),),
        FixSuggested: (Subscription("show.anywhere", supersede="{fix_id}"), Subscription("post.anywhere")),
    }
)
