"""The model at its HTTP seam: what stands behind the real SDK in tests."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import cast
from uuid import UUID, uuid5

import httpx2

from core.llm.claude import Claude, Models
from core.llm.provider import EarlierSuggestion, Fact, ProblemView, Said

SPACE = UUID(int=7)
MODELS = Models("claude-sonnet-5-5", "claude-haiku-5-5")

Handler = Callable[[httpx2.Request], httpx2.Response | Awaitable[httpx2.Response]]


def message(text: str, **other: object) -> dict[str, object]:
    """What the model's server answers: a message that says `text`."""
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1_000, "output_tokens": 100, "cache_read_input_tokens": 2_000},
        **other,
    }


def says(answer: Mapping[str, object] | str, **other: object) -> httpx2.Response:
    return httpx2.Response(200, json=message(answer if isinstance(answer, str) else json.dumps(answer), **other))


class Server:
    """Answers every request with what `handler` says, and keeps the requests."""

    def __init__(self, handler: Handler | httpx2.Response) -> None:
        self._handler = handler
        self.requests: list[httpx2.Request] = []

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if isinstance(self._handler, httpx2.Response):
            return self._handler
        answer = self._handler(request)
        return answer if isinstance(answer, httpx2.Response) else await answer

    def claude(self) -> Claude:
        return Claude("sk-test", MODELS, transport=httpx2.MockTransport(self._answer))

    @property
    def asked(self) -> dict[str, object]:
        """The body of the last request."""
        return cast("dict[str, object]", json.loads(self.requests[-1].content))

    @property
    def sent(self) -> str:
        """All that was ever sent, as it went over the wire and as it reads."""
        bodies = [request.content.decode() for request in self.requests]
        return "\n".join([*bodies, *(json.dumps(json.loads(body), ensure_ascii=False) for body in bodies)])


def said(text: str, *, author: str = "Jane Doe", new: bool = True, files: tuple[str, ...] = ()) -> Said:
    return Said(uuid5(SPACE, f"{author} {text}"), author, author == "FlowPilot", text, is_new=new, files=files)


def view(
    *thread: Said,
    problem: str = "nothing prints since this morning, the queue is stuck",
    facts: tuple[str, ...] = (),
    fixes: tuple[EarlierSuggestion, ...] = (),
) -> ProblemView:
    return ProblemView(problem, tuple(Fact(uuid5(SPACE, fact), fact, "note") for fact in facts), fixes, thread)
