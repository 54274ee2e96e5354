"""The script library: lists, the form of a template, what was generated, settings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from bot import blocks, inputs
from bot.blocks import Block, View
from core.accounts.preferences import Preferences
from core.fixes.library import Library, Provenance
from core.scripts.languages import LABEL
from core.scripts.models import Category, Template, TemplateVersion
from core.scripts.pages import PAGE
from core.scripts.parameters import Parameter, ParameterType, parameters_of
from core.sessions.models import Session
from core.text import shorten

YES_NO = (("Yes", "true"), ("No", "false"))
MOST_CODE = 90  # blocks of code in one modal


def listing(found: Library, url: str) -> tuple[str, list[Block]]:
    """`/pilot scripts [search]`, what is used most first."""
    shelf = found.shelf
    title = f"Scripts with “{found.text}”" if found.text else "Scripts"
    first = shelf.number * PAGE + 1
    total = f"{shelf.total}" if shelf.total < 1_000 else "1,000 or more"
    shown: list[Block] = [blocks.section(f"*{blocks.escape(title)}*")]
    tools: list[Block] = []
    if found.categories:
        options = [("All categories", "all"), *((shorten(one.name, 40), str(one.id)) for one in found.categories[:20])]
        chosen = str(found.category_id) if found.category_id else "all"
        tools.append(inputs.select("scripts.search.category", options, chosen))
    tools.append(blocks.button("Search…", "scripts.search.form", "form"))
    tools.append(blocks.button("New template", "scripts.build", "new"))
    shown.append(blocks.actions(tools, block_id="tools"))
    if not shelf.items:
        shown.append(blocks.section("None."))
        return f"{blocks.escape(title)}: none.", shown
    shown.append(blocks.context(f"{first} to {first + len(shelf.items) - 1} of {total}, what is used most first"))
    for one in shelf.items:
        template = one.template
        line = f"*{blocks.escape(shorten(template.name, 120))}* · {blocks.escape(one.category)} · {LABEL[template.language]}"
        about = f"\n{blocks.escape(shorten(template.description, 160))}" if template.description else ""
        told = f"\n{_used(template, found.success)}{_provenance(found.provenance.get(template.id), url)}"
        shown.append(
            blocks.section(
                line + about + told,
                blocks.button(f"Fill in {shorten(template.name, 60)}…", "scripts.fill.template", template.id),
            )
        )
    if shelf.more and found.text:
        shown.append(blocks.context("More were found: add a word to narrow it down."))
    elif shelf.more:
        value = f"{shelf.number + 1}:{found.category_id or 'all'}"
        shown.append(blocks.actions([blocks.button("Next page", "scripts.page", value)], block_id="page"))
    return f"{blocks.escape(title)}: {shelf.total}", blocks.fitted(shown)


def _used(template: Template, success: Mapping[UUID, tuple[int, int]]) -> str:
    times = f"used {template.usage_count} time{'' if template.usage_count == 1 else 's'}"
    if template.id not in success:
        return times
    worked, judged = success[template.id]
    return f"{times} · worked {worked} of {judged} ({round(100 * worked / judged)} %)"


def _provenance(known: Provenance | None, url: str) -> str:
    if known is None:
        return ""
    ticket = f" {blocks.escape(known.ticket_ref)}" if known.ticket_ref else ""
    link = blocks.session_link(url, known.title, known.channel, known.thread_ts)
    by = f" · resolved by {blocks.escape(known.resolved_by)}" if known.resolved_by else ""
    return f" · generated from{ticket} {link}{by}"


def search_modal(channel: str | None) -> View:
    words = blocks.field("text", "Words in the name, description or slug", blocks.text_input(limit=200))
    return blocks.modal("scripts.search", "Find a script", [words], submit="Search", channel=channel)


def found_modal(found: Library, url: str) -> View:
    """The same list in the form that asked for it."""
    _, shown = listing(found, url)
    return blocks.modal("house.notice", "Scripts", shown, close="Close")


def fill_modal(
    template: Template, sessions: Sequence[Session], *, fix_id: UUID | None, session_id: UUID | None
) -> View:
    """One field per parameter; passwords say what becomes of them."""
    whole: list[Block] = [
        blocks.section(f"*{blocks.escape(template.name)}* · {LABEL[template.language]}", block_id="template")
    ]
    if template.description:
        whole.append(blocks.said(template.description))
    parameters = parameters_of(template.parameters_schema)
    whole += [_field(one) for one in parameters]
    if session_id is None and sessions:
        options = [(shorten(one.title, 70), str(one.id)) for one in sessions]
        whole.append(
            blocks.field(
                "session_id",
                "For which session?",
                inputs.choice(options),
                optional=True,
                hint="It then stands in its note.",
            )
        )
    if not parameters:
        whole.append(blocks.context("Nothing needs to be filled in."))
    doors = [
        blocks.button("Versions, edit…", "scripts.versions", template.id),
        blocks.button(
            "Take out of the library",
            "scripts.remove",
            template.id,
            confirm=blocks.confirm(
                "Take it out?", "Nobody finds it any more. What was made with it stays on record.", "Take out"
            ),
        ),
    ]
    whole.append(blocks.actions(doors, block_id="doors"))
    return blocks.modal(
        "scripts.fill",
        "Fill in",
        whole,
        submit="Show the script",
        template_id=template.id,
        fix_id=fix_id,
        of_session=session_id,
    )


def _field(one: Parameter) -> Block:
    hint = one.help
    match one.type:
        case ParameterType.TEXT:
            element = blocks.text_input(value=one.default)
        case ParameterType.PASSWORD:
            element = blocks.text_input()
            hint = f"{one.help + '. ' if one.help else ''}Only you see the script with it. FlowPilot neither keeps nor sends it."
        case ParameterType.NUMBER:
            element = inputs.number(one.default)
        case ParameterType.BOOLEAN:
            chosen = one.default and str(one.read(one.default)).lower()
            element = blocks.radio(YES_NO, chosen)
        case ParameterType.CHOICE:
            options = [(choice, str(number)) for number, choice in enumerate(one.choices)]
            chosen = str(one.choices.index(one.default)) if one.default in one.choices else None
            element = inputs.choice(options, chosen)
        case ParameterType.LIST:
            element = blocks.text_input(lines=True, value=one.default)
            hint = one.help or "One a line."
    return blocks.field(f"values.{one.key}", one.label, element, optional=not one.required, hint=hint)


def generated_modal(template: Template, script: str, *, holds_secret: bool) -> View:
    """The script with its values: shown to whoever filled it in, and kept nowhere."""
    told = "Select it all to copy it."
    if holds_secret:
        told = "A password is in it: only you see this, and FlowPilot has not kept it. Copy it now, and do not post it."
    parts = blocks.codes(script)
    shown: list[Block] = [blocks.said(template.name), blocks.context(told), *parts[:MOST_CODE]]
    if len(parts) > MOST_CODE:
        shown.append(blocks.context(f"It goes on: {len(script):,} characters in all. Fill in less at once."))
    return blocks.modal("house.notice", "Script", shown, close="Done")


def script_modal(title: str, script: str) -> View:
    """A script that does not fit into a message, whole."""
    parts = blocks.codes(script)
    return blocks.modal("house.notice", "Script", [blocks.said(title), *parts[:MOST_CODE]], close="Done")


def removed_modal(template: Template) -> View:
    return blocks.notice(
        "Taken out", f"“{template.name}” is out of the library. Sessions that used it keep what they have."
    )


def versions_modal(template: Template, versions: Sequence[tuple[TemplateVersion, str | None]]) -> View:
    edit = blocks.button("Edit…", "scripts.build", template.id)
    shown: list[Block] = [blocks.said(template.name), blocks.actions([edit], block_id="edit")]
    for version, who in versions:
        by = f" by {blocks.escape(who)}" if who else ""
        now = " · the present one" if version.number == template.version else ""
        shown.append(blocks.section(f"*Version {version.number}*{now}\n{blocks.when(version.made_at)}{by}"))
        shown.append(blocks.code(version.script_body))
    return blocks.modal("house.notice", "Versions", shown[:95], close="Close")


def settings_modal(now: Preferences, categories: Sequence[Category]) -> View:
    publishers = (("Every engineer", "engineers"), ("Admins and owners only", "admins"))
    boxes = [(one.name, str(one.id)) for one in categories]
    fields = [
        blocks.field(
            "script_publishers", "Who may put scripts into the library", blocks.radio(publishers, now.script_publishers)
        ),
        blocks.field(
            "templatize_prompt_enabled",
            "Offer drafts for review after a resolve",
            blocks.radio(YES_NO, str(now.templatize_prompt_enabled).lower()),
        ),
        blocks.field(
            "starter_library_enabled",
            "Show the starter library that FlowPilot brings",
            blocks.radio(YES_NO, str(now.starter_library_enabled).lower()),
        ),
    ]
    # Ten boxes to a field is what Slack shows; each field holds its own ten.
    for at in range(0, len(boxes), 10):
        ten = boxes[at : at + 10]
        on = [str(one.id) for one in categories[at : at + 10] if one.is_active]
        label = "Categories that are offered" if at == 0 else "More categories"
        fields.append(blocks.field(f"categories_{at // 10}", label, inputs.checkboxes(ten, on), optional=True))
    return blocks.modal("settings.save.scripts", "Scripts", fields, submit="Save")
