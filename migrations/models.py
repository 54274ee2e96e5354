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
from core.escalations.models import Escalation, EscalationCard
from core.fixes.models import SuggestedFix
from core.notes.models import Preview, WorkingCopy
from core.notes.postings import Posting
from core.outbox.models import Delivery, Received
from core.psa.models import PsaConnection
from core.sessions.models import Fact, Message, Session
from core.tickets.models import TicketFollow
from core.turns.models import Feedback, Turn

MODELS: tuple[type[Base], ...] = (
    AccessCard,
    AccessRequest,
    Account,
    AccountSettings,
    AuditEvent,
    Delivery,
    Escalation,
    EscalationCard,
    Fact,
    Feedback,
    Message,
    Posting,
    Preview,
    PsaConnection,
    Received,
    Session,
    SlackInstallation,
    SlackWorkspace,
    SuggestedFix,
    TicketFollow,
    Turn,
    User,
    WorkingCopy,
)

metadata = Base.metadata
