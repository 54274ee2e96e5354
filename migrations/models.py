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
from core.intake.flows.models import Flow, FlowExample, FlowMatching, FlowVersion
from core.intake.proposals.models import FlowProposal
from core.intake.tickets.models import Ticket
from core.intake.walks.models import Walk
from core.notes.models import Preview, WorkingCopy
from core.notes.postings import Posting
from core.nudges.models import Nudge, Reminder, ReminderNudge
from core.outbox.models import Delivery, Received
from core.psa.models import PsaConnection
from core.scripts.models import Category, Draft, Generation, Sheet, Template, TemplateVersion
from core.sessions.models import Fact, Message, Session
from core.spending.models import Spending
from core.tickets.models import TicketFollow
from core.turns.models import Feedback, Turn

MODELS: tuple[type[Base], ...] = (
    AccessCard,
    AccessRequest,
    Account,
    AccountSettings,
    AuditEvent,
    Category,
    Delivery,
    Draft,
    Escalation,
    EscalationCard,
    Fact,
    Feedback,
    Generation,
    Flow,
    FlowExample,
    FlowMatching,
    FlowProposal,
    FlowVersion,
    Message,
    Posting,
    Preview,
    PsaConnection,
    Nudge,
    Received,
    Reminder,
    ReminderNudge,
    Session,
    Sheet,
    SlackInstallation,
    SlackWorkspace,
    Spending,
    SuggestedFix,
    TicketFollow,
    Template,
    TemplateVersion,
    Turn,
    Ticket,
    User,
    WorkingCopy,
    Walk,
)

metadata = Base.metadata
