"""Every model of the house, so that the metadata is whole."""

from __future__ import annotations

from core.accounts.models import (
    AccessCard,
    AccessRequest,
    Account,
    AccountSettings,
    SlackInstallation,
    SlackWorkspace,
    User,
)
from core.audit.models import AuditEvent
from core.db import Base
from core.escalations.models import Escalation
from core.fixes.models import SuggestedFix
from core.nudges.models import Nudge, Reminder, ReminderNudge
from core.outbox.models import Delivery, Received
from core.sessions.models import Fact, Message, Session

MODELS: tuple[type[Base], ...] = (
    AccessCard,
    AccessRequest,
    Account,
    AccountSettings,
    AuditEvent,
    Delivery,
    Escalation,
    Fact,
    Message,
    Nudge,
    Received,
    Reminder,
    ReminderNudge,
    Session,
    SlackInstallation,
    SlackWorkspace,
    SuggestedFix,
    User,
)

metadata = Base.metadata
