"""Modals and App Home: the stack of each person, hashes, and what was typed into the fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.sandbox.elements import STATEFUL
from bot.sandbox.settings import WorkspaceSettings
from bot.sandbox.wire import Json, flag, obj, objs, text

STACK_LIMIT = 3

INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "rich_text_value": "initial_value",
    "files": "initial_files",
    "value": "initial_value",
}
ANSWER = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
LISTS = frozenset(name for name in INITIAL if name.endswith("s"))


def elements(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every (block, element) pair a person can press, choose in or type into."""
    for block in blocks:
        for slot in ("accessory", "element"):
            if isinstance(block.get(slot), dict):
                yield block, obj(block[slot])
        if block.get("type") in ("actions", "context_actions", "card"):
            for element in objs(block.get("elements")) + objs(block.get("actions")):
                yield block, element
        for nested in objs(block.get("child_blocks")) + (
            objs(block.get("elements")) if block.get("type") == "carousel" else []
        ):
            yield from elements([nested])


def answer_field(element: Json) -> str:
    """Return the name under which Slack reports what was entered into the element."""
    return ANSWER.get(text(element.get("type")), "value")


def empty_answer(element: Json) -> Json:
    """Return the state of an element that nobody has touched: its initial value, else null (or an empty list)."""
    name = answer_field(element)
    return {"type": element.get("type"), name: element.get(INITIAL.get(name, ""), [] if name in LISTS else None)}


@dataclass(eq=False)
class View:
    """One modal on somebody's stack, or somebody's App Home."""

    id: str
    user: str
    hash: str
    view: Json
    blocks: list[Json]
    root_view_id: str
    previous_view_id: str | None = None
    team_id: str = ""
    entered: dict[str, dict[str, Json]] = field(default_factory=dict[str, dict[str, Json]])
    errors: dict[str, str] = field(default_factory=dict[str, str])
    busy: bool = False

    @property
    def external_id(self) -> str:
        """The app's own id of this view, empty where it gave none."""
        return text(self.view.get("external_id"))

    @property
    def input_block_ids(self) -> set[str]:
        """The blocks that may carry an error of a submission."""
        return {text(block.get("block_id")) for block in self.blocks if block.get("type") == "input"}

    def values(self) -> Json:
        """Return state.values: every stateful element, with what was entered, its initial value, or null."""
        values: dict[str, object] = {}
        for block, element in elements(self.blocks):
            if element.get("type") in STATEFUL:
                block_id, action_id = text(block.get("block_id")), text(element.get("action_id"))
                entered = self.entered.get(block_id, {}).get(action_id)
                answers = obj(values.setdefault(block_id, {}))
                answers[action_id] = entered if entered is not None else empty_answer(element)
        return values

    def enter(self, block_id: str, action_id: str, answer: Json) -> None:
        """Remember what the person entered into one element."""
        self.entered.setdefault(block_id, {})[action_id] = answer

    def replace(self, view: Json, blocks: list[Json], new_hash: str) -> None:
        """Show another content; what was entered stays where block_id and action_id stay."""
        self.view, self.blocks, self.hash, self.errors = view, blocks, new_hash, {}
        kept = {(text(block.get("block_id")), text(element.get("action_id"))) for block, element in elements(blocks)}
        self.entered = {
            block_id: {action_id: answer for action_id, answer in answers.items() if (block_id, action_id) in kept}
            for block_id, answers in self.entered.items()
        }

    def payload(self, settings: WorkspaceSettings) -> Json:
        """Return the view object of the Web API and of interactions."""
        modal = self.view.get("type") == "modal"
        payload: Json = {
            "id": self.id,
            "team_id": self.team_id or settings.team_id,
            "type": self.view.get("type"),
            "blocks": self.blocks,
            "private_metadata": text(self.view.get("private_metadata")),
            "callback_id": text(self.view.get("callback_id")),
            "state": {"values": self.values()},
            "hash": self.hash,
            "title": self.view.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
            "clear_on_close": flag(self.view.get("clear_on_close")),
            "notify_on_close": flag(self.view.get("notify_on_close")),
            "close": self.view.get("close"),
            "submit": self.view.get("submit"),
            "previous_view_id": self.previous_view_id,
            "root_view_id": self.root_view_id,
            "app_id": settings.app_id,
            "external_id": self.external_id,
            "app_installed_team_id": settings.team_id,
            "bot_id": settings.bot_id,
        }
        if modal:
            payload["submit_disabled"] = flag(self.view.get("submit_disabled"))
        return payload

    def seen(self) -> Json:
        """Return the view as the page and the tests see it."""
        return {
            "id": self.id,
            "hash": self.hash,
            "external_id": self.external_id,
            "view": {**self.view, "blocks": self.blocks},
            "values": self.values(),
            "errors": self.errors,
            "busy": self.busy,
        }
