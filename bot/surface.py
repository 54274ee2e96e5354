"""THE page: every command, button, form, shortcut and event of Slack's, and what answers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.features.access import listeners as access
from bot.features.access import people
from bot.features.connections import listeners as connections
from bot.features.drafts import listeners as drafts
from bot.features.escalations import listeners as escalations
from bot.features.facts import listeners as facts
from bot.features.fixes import listeners as fixes
from bot.features.flows import catalogue
from bot.features.flows import listeners as flows
from bot.features.help import listeners as help_
from bot.features.home import listeners as home
from bot.features.intake import listeners as intake
from bot.features.intake import ticket_system
from bot.features.model import listeners as model
from bot.features.notes import listeners as notes
from bot.features.nudges import listeners as nudges
from bot.features.scripts import listeners as scripts
from bot.features.sessions import listeners as sessions
from bot.features.sessions import starting, tickets
from bot.features.settings import listeners as settings
from bot.features.stats import listeners as stats
from bot.features.turns import listeners as turns
from bot.features.walks import listeners as walks
from bot.guard import Listener
from bot.interaction import Interaction, Kind

PILOT: Mapping[str, Listener] = {
    "new": starting.new,
    "mine": sessions.mine,
    "open": sessions.open_ones,
    "find": sessions.find,
    "pending": fixes.pending,
    "drafts": drafts.listing,
    "scripts": scripts.find,
    "resolve": notes.resolve,
    "escalate": notes.escalate,
    "escalations": escalations.show,
    "link": tickets.link,
    "pause": sessions.pause,
    "resume": sessions.resume,
    "stats": stats.show,
    "settings": settings.show,
    "status": help_.status,
    "help": help_.show,
}
L1: Mapping[str, Listener] = {
    "new": intake.new,
    "queue": intake.queue,
    "mine": intake.mine,
    "escalate": intake.escalate,
    "help": help_.show,
}
COMMANDS: Mapping[str, Mapping[str, Listener]] = {"/pilot": PILOT, "/l1": L1}

# The longest prefix of the action id wins; the rest of the id is the listener's argument.
ACTIONS: Mapping[str, Listener] = {
    "sessions.new": starting.open_new,
    "sessions.start_anyway": starting.start_anyway,
    "sessions.catch_up": sessions.catch_up,
    "sessions.menu": sessions.menu,
    "sessions.pick": sessions.pick,
    "sessions.page": sessions.turn_page,
    "sessions.link_ticket": tickets.open_link,
    "tickets.menu": tickets.menu,
    "tickets.search": tickets.search,
    "tickets.time": tickets.open_time,
    "facts.add": facts.add,
    "facts.edit": facts.edit,
    "facts.remove": facts.remove,
    "fixes.decide": fixes.decide,
    "fixes.decide.build_template": drafts.build_from_fix,
    "fixes.applied": fixes.applied,
    "fixes.record": fixes.record,
    "fixes.confirm_proposal": fixes.confirm_proposal,
    "fixes.reject_proposal": fixes.reject_proposal,
    "fixes.menu": fixes.menu,
    "fixes.page": fixes.pending,
    "drafts.review": drafts.review,
    "drafts.page": drafts.turn_page,
    "drafts.preview": drafts.preview,
    "drafts.reject": drafts.ask_to_reject,
    "drafts.list": drafts.listing,
    "scripts.build": drafts.build,
    "scripts.fill": scripts.open_fill,
    "scripts.search": scripts.search,
    "scripts.versions": scripts.versions,
    "scripts.remove": scripts.remove,
    "scripts.page": scripts.turn_page,
    "scripts.show": scripts.show_whole,
    "nudges.still_waiting": nudges.still_waiting,
    "nudges.snooze": nudges.snooze,
    "nudges.mute": nudges.mute,
    "nudges.menu": nudges.menu,
    "nudges.wishes": nudges.open_wishes,
    "notes.preview": notes.open_preview,
    "notes.refresh": notes.refresh,
    "notes.rewrite": notes.ask_rewrite,
    "notes.restore": notes.restore,
    "notes.retry_status": notes.retry_status,
    "notes.keep_open": notes.keep_open,
    "notes.cancel": notes.cancel,
    "notes.look": notes.look,
    "notes.open_ticket": help_.ignore,  # a link: Slack tells us that it was followed
    "escalations.claim": escalations.claim,
    "escalations.release": escalations.release,
    "escalations.page": escalations.show,
    "turns.stop": turns.stop,
    "feedback.up": turns.helpful,
    "feedback.down": turns.not_helpful,
    "home.page": home.turn_page,
    "deliveries.send_again": home.send_again,
    "access.request": access.request,
    "access.approve": access.approve,
    "access.decline": access.decline,
    "settings.open": settings.open_contents,
    "settings.open.roles": settings.open_roles,
    "settings.open.team": settings.open_team,
    "settings.open.scripts": scripts.open_settings,
    "settings.open.nudges": nudges.open_settings,
    "settings.open.psa": connections.open_all,
    "settings.role": settings.open_role,
    "connections.new": connections.open_form,
    "connections.open": connections.open_one,
    "connections.board": connections.open_board,
    "connections.remove": connections.remove,
    "settings.open.model": model.open_section,
    "settings.open.l1": catalogue.open_section,
    "settings.flows": catalogue.show,
    "settings.flow": catalogue.switch,
    "intake.new": intake.open_new,
    "intake.reopen": intake.reopen,
    "intake.take_up": intake.take_up,
    "intake.take_ticket": ticket_system.take,
    "intake.callers": ticket_system.search_callers,
    "intake.use_flow": intake.use_flow,
    "intake.use_proposal": intake.use_proposal,
    "intake.build_anyway": intake.build_anyway,
    "intake.adhoc": intake.adhoc,
    "intake.open_escalate": intake.open_escalate,
    "intake.filter": intake.choose_filter,
    "intake.page": intake.turn_page,
    "flows.review": flows.review,
    "flows.draw": flows.draw,
    "flows.page": flows.turn_page,
    "flows.edit": flows.edit,
    "flows.decline": flows.decline,
    "walks.answer": walks.answer,
    "walks.back": walks.back,
    "walks.note": walks.open_note,
    "walks.take_over": walks.take_over,
    "walks.resume": walks.resume,
    "walks.resolve": walks.open_resolve,
    "walks.escalate": walks.open_escalate,
    "walks.continue": walks.go_on,
    "value": help_.ignore,  # an input inside a form: it counts when the form is submitted
}
SUBMISSIONS: Mapping[str, Listener] = {
    "sessions.new": starting.submit_new,
    "sessions.rename": sessions.submit_rename,
    "sessions.link_ticket": tickets.submit_link,
    "tickets.time": tickets.submit_time,
    "sessions.hand_to": sessions.submit_hand_to,
    "facts.add": facts.submit_add,
    "facts.edit": facts.submit_edit,
    "feedback.reason": turns.submit_reason,
    "fixes.outcome": fixes.submit_outcome,
    "fixes.correct": fixes.submit_correction,
    "drafts.accept": drafts.save,
    "drafts.reject": drafts.reject,
    "scripts.publish": drafts.save,
    "scripts.fill": scripts.submit_fill,
    "scripts.search": scripts.submit_search,
    "settings.save.scripts": scripts.save_settings,
    "nudges.wishes": nudges.submit_wishes,
    "settings.save.nudges": nudges.save_settings,
    "settings.save.role": settings.save_role,
    "settings.save.l1": catalogue.save,
    "settings.save.team": settings.save_team,
    "settings.save.psa": connections.save,
    "connections.targets": connections.save_targets,
    "notes.post": notes.submit_post,
    "notes.rewrite": notes.submit_rewrite,
    "settings.save.model": model.save,
    "intake.new": intake.submit_new,
    "intake.escalate": intake.submit_escalate,
    "flows.edit": flows.submit_edit,
    "flows.publish": flows.publish,
    "walks.note": walks.submit_note,
    "walks.resolve": walks.submit_resolve,
    "walks.escalate": walks.submit_escalate,
    "house.notice": help_.ignore,
}
# By the form an input stands in: what changes in it is kept at once, and again when it is closed.
INPUTS: Mapping[str, Listener] = {"notes.post": notes.typed}
CLOSINGS: Mapping[str, Listener] = {"notes.post": notes.closed}
SHORTCUTS: Mapping[str, Listener] = {
    "sessions.new": starting.open_new,
    "sessions.start_here": starting.start_here,
    "facts.keep": facts.keep,
    "intake.new": intake.open_new,
}
EVENTS: Mapping[str, Listener] = {
    "app_mention": starting.mention,
    "message": starting.message,
    "app_home_opened": home.opened,
    "user_change": people.changed,
    "link_shared": tickets.unfurl,
}


def listener_for(interaction: Interaction) -> tuple[Listener, Interaction]:
    """The listener of an interaction, and the interaction as that listener wants it (subcommand taken off, argument split off)."""
    match interaction.kind:
        case Kind.COMMAND:
            return _command(interaction)
        case Kind.ACTION if interaction.name == "value" and interaction.form in INPUTS:
            return INPUTS[interaction.form], interaction
        case Kind.ACTION | Kind.OPTIONS:
            return _longest_prefix(ACTIONS, interaction)
        case Kind.SUBMISSION:
            return _longest_prefix(SUBMISSIONS, interaction)
        case Kind.SHORTCUT:
            return SHORTCUTS.get(interaction.name, help_.unknown), interaction
        case Kind.CLOSED:
            return CLOSINGS.get(interaction.name, help_.ignore), interaction
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
