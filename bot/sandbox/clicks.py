"""What a person does with buttons, menus and modals."""

from dataclasses import replace

from bot.sandbox import payloads
from bot.sandbox.acts import Deed, Stage, report
from bot.sandbox.checks import array
from bot.sandbox.elements import OPTION_GROUP, PLAIN_OPTION, STATEFUL
from bot.sandbox.entries import Impossible, action, answer, client_refusal
from bot.sandbox.gateway import Answer
from bot.sandbox.messages import Message
from bot.sandbox.views import View, elements, empty_answer
from bot.sandbox.wire import Json, maybe_text, obj, objs, text
from bot.sandbox.workspace import Refused, refuse_bad_view

TROUBLE = "We had some trouble connecting. Try again?"


async def press(stage: Stage, deed: Deed) -> Json:
    """A press or choice, in a message or in a view."""
    return await (_press_in_view(stage, deed) if deed.text("view_id") else _press_in_message(stage, deed))


async def _press_in_message(stage: Stage, deed: Deed) -> Json:
    shown = _as_it_was(stage, deed)
    sheet = View("", deed.person.id, "", {}, shown.blocks, "")
    _enter_all(stage, sheet, obj(deed.asked.get("values")))
    block, element = _element(deed, shown.blocks)
    value, served = deed.asked.get("value"), _served(stage, deed)
    if element.get("type") in STATEFUL:
        sheet.enter(text(block["block_id"]), text(element["action_id"]), answer(element, value, served))
    done = action(block, element, value, stage.workspace.next_ts(), served)
    payload = payloads.message_press(stage.workspace, deed.person, shown, done, sheet.values())
    return report(await stage.interact(deed, "interactive", payload))


def _as_it_was(stage: Stage, deed: Deed) -> Message:
    """Return the message; with a snapshot in the deed, as an old window still shows it, be it deleted meanwhile."""
    snapshot = obj(deed.asked.get("snapshot"))
    if not snapshot:
        return stage.message(deed)
    channel = stage.channel(deed, member=False)
    known = channel.messages.get(deed.text("ts"))
    blocks, words = objs(snapshot.get("blocks")), text(snapshot.get("text"))
    if known is not None:
        return replace(known, blocks=blocks, text=words)
    settings = stage.workspace.settings
    return Message(
        channel=channel.id,
        ts=deed.text("ts"),
        user=settings.bot_user_id,
        bot_id=settings.bot_id,
        text=words,
        blocks=blocks,
        thread_ts=maybe_text(snapshot.get("thread_ts")),
        ephemeral_to=deed.person.id if snapshot.get("ephemeral") else None,
    )


async def _press_in_view(stage: Stage, deed: Deed) -> Json:
    view = _view(stage, deed)
    _enter_all(stage, view, obj(deed.asked.get("values")))
    block, element = _element(deed, view.blocks)
    value, served = deed.asked.get("value"), _served(stage, deed)
    if element.get("type") in STATEFUL:
        view.enter(text(block["block_id"]), text(element["action_id"]), answer(element, value, served))
        stage.workspace.journal.note()
        if block.get("type") == "input" and not block.get("dispatch_action"):
            return report([])  # Slack keeps this to itself until the modal is submitted
    done = action(block, element, value, stage.workspace.next_ts(), served)
    payload = payloads.view_press(stage.workspace, deed.person, view, done)
    return report(await stage.interact(deed, "interactive", payload))


def _element(deed: Deed, blocks: list[Json]) -> tuple[Json, Json]:
    wanted = (deed.text("block_id"), deed.text("action_id"))
    for block, element in elements(blocks):
        if (block.get("block_id"), element.get("action_id")) == wanted:
            return block, element
    raise Impossible(f"There is nothing to press at block {wanted[0]!r}, action {wanted[1]!r}.")


def _view(stage: Stage, deed: Deed) -> View:
    try:
        view = stage.workspace.open_view(deed.text("view_id"))
    except Refused:
        view = None
    if view is None or view.user != deed.person.id:
        raise Impossible(f"{deed.person.real_name} has no view {deed.text('view_id')!r} open.")
    return view


def _served(stage: Stage, deed: Deed) -> list[Json]:
    return stage.workspace.served.get((deed.person.id, deed.text("action_id")), [])


async def options(stage: Stage, deed: Deed) -> Json:
    """Somebody types into an external select, and the app is asked for options."""
    where = _view(stage, deed) if deed.text("view_id") else stage.message(deed)
    block, element = _element(deed, where.blocks)
    action_id = text(element["action_id"])
    asking: Json = {"action_id": action_id, "block_id": block["block_id"], "value": deed.text("query")}
    payload = payloads.suggestion(stage.workspace, deed.person, where, asking)
    answers = await stage.interact(deed, "interactive", payload)
    content = answers[0].content
    found = objs(content.get("options"))
    problems = list(array(PLAIN_OPTION, 0, 100)(content.get("options", []), "/options"))
    problems += array(OPTION_GROUP, 0, 100)(content.get("option_groups", []), "/option_groups")
    if problems:
        stage.workspace.violation(f"bad options for {action_id}: {problems}")
    for group in objs(content.get("option_groups")):
        found += objs(group.get("options"))
    stage.workspace.served[(deed.person.id, action_id)] = found
    return report(answers, options=found, problems=problems)


def _enter_all(stage: Stage, view: View, values: Json) -> None:
    """Enter values ({block_id: {action_id: value}}) into the view. Raises Impossible for fields that are not there."""
    known = {(text(block["block_id"]), text(each.get("action_id"))): each for block, each in elements(view.blocks)}
    for block_id, fields in values.items():
        for action_id, value in obj(fields).items():
            element = known.get((block_id, action_id))
            if element is None or element.get("type") not in STATEFUL:
                raise Impossible(f"There is no field at block {block_id!r}, action {action_id!r}.")
            served = stage.workspace.served.get((view.user, action_id), [])
            view.enter(block_id, action_id, answer(element, value, served))


async def submit(stage: Stage, deed: Deed) -> Json:
    """Somebody fills in the modal on top and submits it; what Slack's client refuses does not reach the app."""
    workspace, view = stage.workspace, _view(stage, deed)
    if workspace.stack(deed.person.id)[-1:] != [view]:
        raise Impossible("Only the modal on top can be submitted.")
    if "submit" not in view.view:
        raise Impossible("This modal has no submit button.")
    _enter_all(stage, view, obj(deed.asked.get("values")))
    view.errors = _refusals(view)
    workspace.journal.note()
    if view.errors:
        return report([], errors=view.errors, response_action="errors", client_side=True)
    view.busy = True
    workspace.journal.note()
    try:
        answers = await stage.interact(deed, "interactive", payloads.submission(workspace, deed.person, view))
    finally:
        view.busy = False
        workspace.journal.note()
    response_action = _apply(stage, view, answers[0])
    return report(answers, errors=view.errors, response_action=response_action)


def _refusals(view: View) -> dict[str, str]:
    refusals: dict[str, str] = {}
    for block, element in elements(view.blocks):
        if block.get("type") == "input":
            block_id, action_id = text(block["block_id"]), text(element.get("action_id"))
            entered = view.entered.get(block_id, {}).get(action_id, empty_answer(element))
            refusal = client_refusal(element, entered, optional=bool(block.get("optional")))
            if refusal is not None:
                refusals[block_id] = refusal
    return refusals


def _apply(stage: Stage, view: View, answered: Answer) -> str | None:
    """Do to the modal what the answer says; return the response_action, "close" for none, None where it failed."""
    workspace, content = stage.workspace, answered.content
    if answered.failure is not None:
        return None
    stack = workspace.stack(view.user)
    match content.get("response_action"):
        case None:
            if content:
                workspace.violation(f"a view_submission was answered with {sorted(content)}")
            _take_down(stack, view)
            workspace.journal.note()
            return "close"
        case "errors":
            return _show_errors(stage, view, obj(content.get("errors")))
        case "clear":
            _take_down(stack, next((each for each in stack if each.id == view.root_view_id), view))
            workspace.journal.note()
            return "clear"
        case "update" | "push":
            return _show_view(stage, view, content)
        case other:
            workspace.violation(f"unknown response_action {other!r}")
            workspace.toast(view.user, TROUBLE)
            return None


def _take_down(stack: list[View], view: View) -> list[View]:
    """Take the view and those pushed upon it from the stack, and return them; a modal opened meanwhile stays."""
    if view not in stack:
        return []
    gone = [each for each in stack[stack.index(view) :] if each.root_view_id == view.root_view_id]
    for each in gone:
        stack.remove(each)
    return gone


def _show_errors(stage: Stage, view: View, errors: Json) -> str | None:
    strangers = errors.keys() - view.input_block_ids
    if strangers or not errors or not all(text(each) for each in errors.values()):
        stage.workspace.violation(f"errors for blocks that are no inputs of the view, or empty: {errors}")
        stage.workspace.toast(view.user, TROUBLE)
        return None
    view.errors = {block_id: text(sentence) for block_id, sentence in errors.items()}
    stage.workspace.journal.note()
    return "errors"


def _show_view(stage: Stage, view: View, content: Json) -> str | None:
    kind, wanted = text(content["response_action"]), obj(content.get("view"))
    try:
        refuse_bad_view(wanted, "modal")
        if kind == "update":
            stage.workspace.claim_external_id(wanted, view)
            stage.workspace.show_instead(view, wanted)
        else:
            stage.workspace.claim_external_id(wanted)
            stage.workspace.push_view(view.user, wanted, root=False)
    except Refused as refused:
        stage.workspace.violation(f"response_action {kind}: {refused}")
        stage.workspace.toast(view.user, TROUBLE)
        return None
    return kind


async def reload(stage: Stage, deed: Deed) -> Json:
    """Somebody reloads the window: the modals are gone, nobody is told, and their external_ids remain taken."""
    stack = stage.workspace.stack(deed.person.id)
    stage.workspace.lost += stack
    stack.clear()
    stage.workspace.journal.note()
    return report([])


async def close(stage: Stage, deed: Deed) -> Json:
    """Somebody closes the modal on top; with clear_on_close, or `all`, the whole stack."""
    workspace, view = stage.workspace, _view(stage, deed)
    stack = workspace.stack(deed.person.id)
    if view not in stack:
        raise Impossible("App Home cannot be closed.")
    cleared = bool(deed.asked.get("all")) or bool(view.view.get("clear_on_close"))
    root = next((each for each in stack if each.id == view.root_view_id), view)
    gone = _take_down(stack, root if cleared else view)
    workspace.journal.note()
    answers: list[Answer] = []
    for each in reversed(gone):
        if each.view.get("notify_on_close"):
            payload = payloads.closing(workspace, deed.person, each, cleared=cleared)
            answers += await stage.interact(deed, "interactive", payload)
    return report(answers)
