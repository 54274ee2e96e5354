"""What follows from what happened: every event, the effects it sets off, and what each effect does."""

from __future__ import annotations

from types import MappingProxyType

from bot.effects import Effects, Mailing, Post, Work
from bot.features.access import effects as access_effects
from bot.features.drafts import effects as draft_effects
from bot.features.escalations import effects as escalation_effects
from bot.features.fixes import effects as fix_effects
from bot.features.flows import learning as flow_learning
from bot.features.flows import telling as flow_telling
from bot.features.home import effects as home_effects
from bot.features.intake import effects as intake_effects
from bot.features.notes import effects as note_effects
from bot.features.nudges import effects as nudge_effects
from bot.features.sessions import effects as session_effects
from bot.features.sessions import ticket_effects
from bot.features.turns import effects as turn_effects
from bot.features.walks import effects as walk_effects
from core.outbox.events import (
    AccessDecided,
    AccessRequested,
    DraftMade,
    DraftsChanged,
    EscalationChanged,
    EscalationRaised,
    FixChanged,
    FixSuggested,
    FlowProposed,
    FlowsChanged,
    HomeChanged,
    MessageHeard,
    MessageWritten,
    NudgeAnswered,
    NudgeDue,
    ProposalWanted,
    SecretHeard,
    SessionCardLost,
    SessionChanged,
    SessionEscalated,
    SessionResolved,
    SessionStarted,
    StepsWanted,
    TicketCardLost,
    TicketChanged,
    TicketOpened,
    TurnShown,
    WalkChanged,
    WalkHandedOver,
    WalkStarted,
)
from core.outbox.note_events import (
    EscalationTold,
    NoteConfirmed,
    NoteReady,
    PostingChanged,
    PostingWanted,
    PreviewWanted,
    RewriteWanted,
)
from core.outbox.ticket_events import TicketFollowed, TicketNamed, TicketToLookAt
from core.unit import Subscription, Subscriptions

EFFECTS: Effects = {
    "sessions.post_card": Post(
        session_effects.compose_card, session_effects.card_posted, session_effects.card_elsewhere
    ),
    "sessions.post_problem": Post(
        session_effects.compose_problem, session_effects.message_posted, displaced=session_effects.displaced
    ),
    "sessions.post_message": Post(
        session_effects.compose_message, session_effects.message_posted, displaced=session_effects.displaced
    ),
    "sessions.update_card": Work(session_effects.update_card),
    "tickets.settle": Work(ticket_effects.settle, slow=True),
    "tickets.look": Work(ticket_effects.look, slow=True),
    "tickets.call_us": Work(ticket_effects.call_us, slow=True),
    "fixes.post_card": Post(fix_effects.compose_card, fix_effects.card_posted, displaced=session_effects.displaced),
    "fixes.update_card": Work(fix_effects.update_card),
    "turns.take": Work(turn_effects.take, slow=True),
    "drafts.post_offer": Post(
        draft_effects.compose_offer, draft_effects.offer_posted, displaced=session_effects.displaced
    ),
    "drafts.update_offer": Work(draft_effects.update_offer),
    "drafts.extract": Work(draft_effects.extract, slow=True),
    "notes.prefetch": Work(note_effects.prefetch),
    "notes.write": Work(note_effects.write, slow=True),
    "notes.rewrite": Work(note_effects.rewrite, slow=True),
    "notes.show": Work(note_effects.show),
    "notes.carry": Work(note_effects.carry, slow=True),
    "notes.post_card": Post(note_effects.compose_card, note_effects.card_posted, displaced=session_effects.displaced),
    "notes.update_card": Work(note_effects.update_card),
    "notes.update_modal": Work(note_effects.update_modal),
    "notes.update_offer": Work(note_effects.update_offer),
    "escalations.announce": Work(escalation_effects.announce),
    "escalations.post_card": Post(
        escalation_effects.compose_card, escalation_effects.card_posted, escalation_effects.card_elsewhere
    ),
    "escalations.update_cards": Work(escalation_effects.update_cards),
    "turns.show_end": Work(turn_effects.show_end),
    "turns.warn_author": Work(turn_effects.warn_author),
    "intake.post_card": Post(intake_effects.compose_card, intake_effects.card_posted, intake_effects.card_elsewhere),
    "intake.post_problem": Post(
        intake_effects.compose_problem, intake_effects.message_posted, displaced=intake_effects.displaced
    ),
    "intake.update_card": Work(intake_effects.update_card),
    "walks.post_card": Post(walk_effects.compose_card, walk_effects.card_posted, displaced=intake_effects.displaced),
    "walks.update_card": Work(walk_effects.update_card),
    "walks.post_package": Post(
        walk_effects.compose_package, walk_effects.package_posted, displaced=intake_effects.displaced
    ),
    "walks.build": Work(walk_effects.build, slow=True),
    "flows.learn": Work(flow_learning.learn, slow=True),
    "flows.tell": Post(flow_telling.compose, flow_telling.posted, displaced=intake_effects.displaced),
    "home.publish": Work(home_effects.publish),
    "access.post_card": Post(access_effects.compose_card, access_effects.card_posted),
    "access.update_cards": Work(access_effects.update_cards),
    "access.tell": Post(access_effects.compose_verdict, access_effects.verdict_posted),
    "nudges.post": Mailing(nudge_effects.compose, nudge_effects.posted, nudge_effects.elsewhere, nudge_effects.count),
    "nudges.update": Work(nudge_effects.update),
}

_THREAD = "session:{session_id}"
_TURN = "turn:{session_id}"
QUIET_SECONDS = 1.2  # people write a thought in several messages: who pauses for so long has said it
_CALL = "ticket:{ticket_id}"
SUBSCRIPTIONS: Subscriptions = MappingProxyType(
    {
        SessionStarted: (
            Subscription("sessions.post_card", order=_THREAD, once="{session_id}"),
            Subscription("sessions.post_problem", order=_THREAD, once="{session_id}"),
        ),
        # Not in the thread's order either: a desk that is away holds up no card.
        TicketNamed: (Subscription("tickets.settle", order="tickets:{session_id}"),),
        TicketFollowed: (Subscription("tickets.call_us", order="follow:{follow_id}", supersede="{follow_id}"),),
        TicketToLookAt: (Subscription("tickets.look", order="look:{follow_id}", supersede="{follow_id}"),),
        SessionCardLost: (Subscription("sessions.post_card", order=_THREAD),),
        SessionChanged: (Subscription("sessions.update_card", order=_THREAD, supersede="{session_id}"),),
        MessageWritten: (Subscription("sessions.post_message", order=_THREAD, once="{message_id}"),),
        # Not in the thread's order: a slow answer holds up no card.
        ProposalWanted: (Subscription("turns.take", order=_TURN, supersede="proposal:{session_id}"),),
        MessageHeard: (Subscription("turns.take", order=_TURN, supersede="heard:{session_id}", quiet=QUIET_SECONDS),),
        SecretHeard: (Subscription("turns.warn_author", supersede="{message_id}"),),
        TurnShown: (Subscription("turns.show_end", order=_THREAD, supersede="{turn_id}"),),
        FixSuggested: (Subscription("fixes.post_card", order=_THREAD),),
        FixChanged: (
            Subscription("fixes.update_card", order=_THREAD, supersede="{fix_id}"),
            Subscription("notes.prefetch", order="prefetch:{session_id}", supersede="{fix_id}"),
        ),
        PreviewWanted: (Subscription("notes.write", order="write:{preview_id}", supersede="{preview_id}"),),
        NoteReady: (Subscription("notes.show", order="show:{preview_id}", supersede="{preview_id}"),),
        RewriteWanted: (
            Subscription("notes.rewrite", order="rewrite:{preview_id}", supersede="{preview_id}:{user_id}"),
        ),
        NoteConfirmed: (Subscription("notes.post_card", order=_THREAD, once="{posting_id}"),),
        PostingWanted: (Subscription("notes.carry", order="carry:{posting_id}", supersede="{posting_id}"),),
        PostingChanged: (
            Subscription("notes.update_card", order=_THREAD, supersede="{posting_id}"),
            Subscription("notes.update_modal", order="window:{session_id}", supersede="{posting_id}"),
        ),
        TicketOpened: (
            Subscription("intake.post_card", order=_CALL, once="{ticket_id}"),
            Subscription("intake.post_problem", order=_CALL, once="{ticket_id}"),
        ),
        TicketCardLost: (Subscription("intake.post_card", order=_CALL),),
        TicketChanged: (Subscription("intake.update_card", order=_CALL, supersede="{ticket_id}"),),
        WalkStarted: (Subscription("walks.post_card", order=_CALL),),
        WalkChanged: (Subscription("walks.update_card", order=_CALL, supersede="{walk_id}"),),
        WalkHandedOver: (Subscription("walks.post_package", order=_CALL, once="{walk_id}"),),
        # Not in the thread's order: a slow model holds up no card.
        StepsWanted: (Subscription("walks.build", order="build:{walk_id}", supersede="{walk_id}"),),
        FlowProposed: (Subscription("flows.tell", order=_CALL, once="{ticket_id}:{proposal_id}"),),
        # One account learns one thing at a time; of several changes that wait, one is enough.
        FlowsChanged: (Subscription("flows.learn", order="flows:{account_id}", supersede="{account_id}"),),
        HomeChanged: (Subscription("home.publish", order="home:{user_id}", supersede="{user_id}"),),
        AccessRequested: (
            Subscription("access.post_card", order="access:{request_id}", once="{request_id}:{user_id}"),
        ),
        AccessDecided: (
            Subscription("access.update_cards", order="access:{request_id}", supersede="{request_id}"),
            Subscription("access.tell", once="{request_id}"),
        ),
        SessionResolved: (Subscription("drafts.post_offer", order=_THREAD),),
        # Not in the thread's order: finding parameters holds up no card.
        DraftMade: (Subscription("drafts.extract", order="extract:{draft_id}", supersede="{draft_id}"),),
        DraftsChanged: (
            Subscription("drafts.update_offer", order=_THREAD, supersede="{session_id}"),
            Subscription("notes.update_offer", order="window:{session_id}", supersede="{session_id}"),
        ),
        SessionEscalated: (),
        NudgeDue: (Subscription("nudges.post", once="{reminder_id}"),),
        NudgeAnswered: (Subscription("nudges.update", order="nudge:{subject_id}", supersede="{subject_id}"),),
        EscalationRaised: (
            Subscription("escalations.announce", order="escalation:{escalation_id}", supersede="{escalation_id}"),
        ),
        EscalationTold: (
            Subscription("escalations.post_card", order="escalation:{escalation_id}", once="{escalation_id}:{user_id}"),
        ),
        EscalationChanged: (
            Subscription("escalations.update_cards", order="escalation:{escalation_id}", supersede="{escalation_id}"),
        ),
    }
)
