"""What the bot says back by other ways than the Web API: in the answer to a command, and through response URLs."""

from dataclasses import dataclass

from bot.sandbox.blocks import block_problems
from bot.sandbox.events import Events
from bot.sandbox.messages import Message
from bot.sandbox.people import Channel, Person
from bot.sandbox.tickets import ResponseUrl
from bot.sandbox.wire import Json, flag, maybe_text, objs, text
from bot.sandbox.workspace import Refused, Workspace


@dataclass(frozen=True)
class Replies:
    """Turns such an answer into messages."""

    workspace: Workspace
    events: Events

    def answer_to_command(self, channel: Channel, person: Person, said: Json) -> Message | None:
        """Post what the acknowledgement of a command said; None where it said nothing."""
        if not said.get("text") and not said.get("blocks"):
            return None
        problems = block_problems(said.get("blocks", []), "message")
        if problems:
            self.workspace.violation(f"the answer to a command has bad blocks: {problems}")
            self.workspace.toast(person.id, "dispatch_failed")
            return None
        return self._post(channel.id, person.id, said, None)

    def respond(self, url: ResponseUrl, said: Json) -> None:
        """Do what was POSTed to a response URL. Raises Refused."""
        blocks = said.get("blocks") or list[object]()
        problems = block_problems(blocks, "message")
        if problems:
            raise Refused("invalid_blocks", problems)
        source = self.workspace.channels[url.channel].messages.get(url.ts or "")
        if flag(said.get("delete_original")):
            if source is None:
                raise Refused("message_not_found")
            self._remove(source)
        elif flag(said.get("replace_original")):
            if source is None:
                raise Refused("message_not_found")
            self._replace(source, said)
        elif not text(said.get("text")) and not blocks:
            raise Refused("no_text")
        else:
            self._post(url.channel, url.user, said, maybe_text(said.get("thread_ts")))

    def _post(self, channel: str, user: str, said: Json, thread_ts: str | None) -> Message:
        message = self.workspace.bot_message(channel, text(said.get("text")), objs(said.get("blocks")))
        message.thread_ts = thread_ts
        message.attachments = objs(said.get("attachments"))
        if said.get("response_type") != "in_channel":
            message.ephemeral_to = user
        self._complain_about(said)
        self.workspace.post(message)
        if message.ephemeral_to is None:
            self.events.announce(message)
        return message

    def _replace(self, source: Message, said: Json) -> None:
        before = source.payload(self.workspace.settings)
        fresh = self.workspace.bot_message(source.channel, text(said.get("text")), objs(said.get("blocks")))
        source.text, source.blocks, source.attachments = fresh.text, fresh.blocks, objs(said.get("attachments"))
        source.edited = {"user": self.workspace.settings.bot_user_id, "ts": fresh.ts}
        self._complain_about(said)
        self.workspace.changed(source)
        self.events.announce_change(source, before)

    def _remove(self, source: Message) -> None:
        self.workspace.remove(source)
        self.events.announce_change(source, source.payload(self.workspace.settings), deleted=True)

    def _complain_about(self, said: Json) -> None:
        if not text(said.get("text")).strip():
            self.workspace.violation("a response came without a top-level text")
