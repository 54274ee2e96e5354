"""What follows from what happened: every event, the effects it sets off, and what each effect does."""

from __future__ import annotations

from types import MappingProxyType

from bot.effects import Effects, Post, Work
from bot.features.access import effects as access_effects
from bot.features.fixes import effects as fix_effects
from bot.features.home import effects as home_effects
from bot.features.nudges import effects as nudge_effects
from bot.features.sessions import effects as session_effects
from core.outbox.events import (
    AccessDecided,
    AccessRequested,
    EscalationChanged,
    EscalationRaised,
    FixChanged,
    FixSuggested,
    HomeChanged,
    MessageWritten,
    NudgeAnswered,
    NudgeDue,
    ProposalWanted,
    SessionCardLost,
    SessionChanged,
    SessionEscalated,
    SessionResolved,
    SessionStarted,
)
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
    "fixes.post_card": Post(fix_effects.compose_card, fix_effects.card_posted, displaced=session_effects.displaced),
    "fixes.update_card": Work(fix_effects.update_card),
    "fixes.propose": Work(fix_effects.propose),
    "home.publish": Work(home_effects.publish),
    "access.post_card": Post(access_effects.compose_card, access_effects.card_posted),
    "access.update_cards": Work(access_effects.update_cards),
    "access.tell": Post(access_effects.compose_verdict, access_effects.verdict_posted),
    "nudges.post": Post(
        nudge_effects.compose,
        nudge_effects.posted,
        nudge_effects.elsewhere,
        patient=True,
        counts=nudge_effects.count,
    ),
    "nudges.update": Work(nudge_effects.update),
}

_THREAD = "session:{session_id}"
SUBSCRIPTIONS: Subscriptions = MappingProxyType(
    {
        SessionStarted: (
            Subscription("sessions.post_card", order=_THREAD, once="{session_id}"),
            Subscription("sessions.post_problem", order=_THREAD, once="{session_id}"),
        ),
        SessionCardLost: (Subscription("sessions.post_card", order=_THREAD),),
        SessionChanged: (Subscription("sessions.update_card", order=_THREAD, supersede="{session_id}"),),
        MessageWritten: (Subscription("sessions.post_message", order=_THREAD, once="{message_id}"),),
        # Not in the thread's order: a slow proposal holds up no card.
        ProposalWanted: (Subscription("fixes.propose", order="propose:{session_id}", supersede="{session_id}"),),
        FixSuggested: (Subscription("fixes.post_card", order=_THREAD),),
        FixChanged: (Subscription("fixes.update_card", order=_THREAD, supersede="{fix_id}"),),
        HomeChanged: (Subscription("home.publish", order="home:{user_id}", supersede="{user_id}"),),
        AccessRequested: (
            Subscription("access.post_card", order="access:{request_id}", once="{request_id}:{user_id}"),
        ),
        AccessDecided: (
            Subscription("access.update_cards", order="access:{request_id}", supersede="{request_id}"),
            Subscription("access.tell", once="{request_id}"),
        ),
        SessionResolved: (),
        SessionEscalated: (),
        EscalationRaised: (),
        EscalationChanged: (),
        NudgeDue: (Subscription("nudges.post", once="{reminder_id}"),),
        NudgeAnswered: (Subscription("nudges.update", order="nudge:{subject_id}", supersede="{subject_id}"),),
    }
)
