"""THE page: every command, button, form, shortcut and event, and what answers it; every effect, and what it follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.effects import Effects, Post, Work
from bot.features.access import effects as access_effects
from bot.features.access import listeners as access
from bot.features.access import people
from bot.features.fixes import effects as fix_effects
from bot.features.fixes import listeners as fixes
from bot.features.help import listeners as help_
from bot.features.home import effects as home_effects
from bot.features.home import listeners as home
from bot.features.sessions import effects as session_effects
from bot.features.sessions import listeners as sessions
from bot.features.turns import effects as turn_effects
from bot.guard import Listener
from bot.interaction import Interaction, Kind
from core.outbox.events import (
    AccessDecided,
    AccessRequested,
    FixChanged,
    FixSuggested,
    HomeChanged,
    MessageHeard,
    MessageWritten,
    ProposalWanted,
    SessionCardLost,
    SessionChanged,
    SessionStarted,
)
from core.unit import Subscription, Subscriptions

PILOT: Mapping[str, Listener] = {
    "new": sessions.new,
    "mine": sessions.mine,
    "open": sessions.open_ones,
    "find": sessions.find,
    "pending": fixes.pending,
    "pause": sessions.pause,
    "resume": sessions.resume,
    "status": help_.status,
    "help": help_.show,
}
COMMANDS: Mapping[str, Mapping[str, Listener]] = {"/pilot": PILOT}

# The longest prefix of the action id wins; the rest of the id is the listener's argument.
ACTIONS: Mapping[str, Listener] = {
    "sessions.new": sessions.open_new,
    "sessions.menu": sessions.menu,
    "sessions.pick": sessions.pick,
    "sessions.page": sessions.turn_page,
    "fixes.decide": fixes.decide,
    "fixes.applied": fixes.applied,
    "fixes.record": fixes.record,
    "fixes.menu": fixes.menu,
    "fixes.page": fixes.pending,
    "home.page": home.turn_page,
    "deliveries.send_again": home.send_again,
    "access.request": access.request,
    "access.approve": access.approve,
    "access.decline": access.decline,
    "value": help_.ignore,  # an input inside a form: it counts when the form is submitted
}
SUBMISSIONS: Mapping[str, Listener] = {
    "sessions.new": sessions.submit_new,
    "sessions.rename": sessions.submit_rename,
    "sessions.hand_to": sessions.submit_hand_to,
    "facts.add": sessions.submit_fact,
    "fixes.outcome": fixes.submit_outcome,
    "fixes.correct": fixes.submit_correction,
    "house.notice": help_.ignore,
}
SHORTCUTS: Mapping[str, Listener] = {
    "sessions.new": sessions.open_new,
    "sessions.start_here": sessions.start_here,
    "facts.keep": sessions.keep_fact,
}
EVENTS: Mapping[str, Listener] = {
    "app_mention": sessions.mention,
    "message": sessions.message,
    "app_home_opened": home.opened,
    "user_change": people.changed,
}

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
    "turns.take": Work(turn_effects.take),
    "home.publish": Work(home_effects.publish),
    "access.post_card": Post(access_effects.compose_card, access_effects.card_posted),
    "access.update_cards": Work(access_effects.update_cards),
    "access.tell": Post(access_effects.compose_verdict, access_effects.verdict_posted),
}

_THREAD = "session:{session_id}"
_TURN = "turn:{session_id}"
QUIET_SECONDS = 1.2  # people write a thought in several messages: who pauses for so long has said it
SUBSCRIPTIONS: Subscriptions = MappingProxyType(
    {
        SessionStarted: (
            Subscription("sessions.post_card", order=_THREAD, once="{session_id}"),
            Subscription("sessions.post_problem", order=_THREAD, once="{session_id}"),
        ),
        SessionCardLost: (Subscription("sessions.post_card", order=_THREAD),),
        SessionChanged: (Subscription("sessions.update_card", order=_THREAD, supersede="{session_id}"),),
        MessageWritten: (Subscription("sessions.post_message", order=_THREAD, once="{message_id}"),),
        # Not in the thread's order: a slow answer holds up no card.
        ProposalWanted: (Subscription("turns.take", order=_TURN, supersede="proposal:{session_id}"),),
        MessageHeard: (Subscription("turns.take", order=_TURN, supersede="heard:{session_id}", quiet=QUIET_SECONDS),),
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
    }
)


def listener_for(interaction: Interaction) -> tuple[Listener, Interaction]:
    """The listener of an interaction, and the interaction as that listener wants it (subcommand taken off, argument split off)."""
    match interaction.kind:
        case Kind.COMMAND:
            return _command(interaction)
        case Kind.ACTION | Kind.OPTIONS:
            return _longest_prefix(ACTIONS, interaction)
        case Kind.SUBMISSION:
            return SUBMISSIONS.get(interaction.name, help_.unknown), interaction
        case Kind.SHORTCUT:
            return SHORTCUTS.get(interaction.name, help_.unknown), interaction
        case Kind.CLOSED:
            return help_.ignore, interaction
        case Kind.EVENT:
            return EVENTS.get(interaction.name.partition(".")[0], help_.ignore), interaction


def _command(interaction: Interaction) -> tuple[Listener, Interaction]:
    subcommands = COMMANDS.get(interaction.name)
    if subcommands is None:
        return help_.unknown, interaction
    word, *rest = interaction.text.split(maxsplit=1) or [""]
    if not word:
        return help_.show, interaction
    found = subcommands.get(word.lower())
    if found is None:
        return help_.unknown_subcommand(list(subcommands)), interaction
    return found, replace(interaction, text="".join(rest), argument=word.lower())


def _longest_prefix(listeners: Mapping[str, Listener], interaction: Interaction) -> tuple[Listener, Interaction]:
    name = interaction.name
    while name:
        if found := listeners.get(name):
            return found, interaction.named(name)
        name = name.rpartition(".")[0]
    return help_.unknown, interaction
