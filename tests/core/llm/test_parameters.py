"""A model picks texts of a script; the script itself stays what it was."""

from __future__ import annotations

import json
from typing import cast

import httpx2
import pytest

from core.llm.asking import Unusable
from core.llm.claude import Claude, Models
from core.llm.fallback import FallbackProvider
from core.llm.offline import OfflineProvider
from core.llm.parameters import found_by_model
from core.llm.provider import ScriptView
from core.scripts.extraction import proven
from core.scripts.languages import Language

SCRIPT = "Set-It -Server FS01 -Quota 250 -Stop 'Stop' -Owner \"Jane Doe\"\nSet-It FS01"
VIEW = ScriptView(SCRIPT, "powershell", "FS01 is full", ("Jane Doe gets 250 GB",))


def claude(answer: object, asked: list[dict[str, object]] | None = None) -> Claude:
    """Claude, whose server picks what `answer` says."""

    def respond(request: httpx2.Request) -> httpx2.Response:
        if asked is not None:
            asked.append(cast("dict[str, object]", json.loads(request.content)))
        text = answer if isinstance(answer, str) else json.dumps({"parameters": answer})
        message = {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": text}], "usage": {"input_tokens": 100, "output_tokens": 10},
        }  # fmt: skip
        return httpx2.Response(200, json=message)

    return Claude("sk-test", Models("claude-sonnet-5-5", "claude-haiku-5-5"), transport=httpx2.MockTransport(respond))


def a_pick(original: str, key: str = "server", label: str = "Server", kind: str = "text") -> dict[str, str]:
    return {"original": original, "key": key, "label": label, "type": kind}


async def test_what_a_model_picks_is_replaced_wherever_it_stands_whole():
    picks = [a_pick("FS01"), a_pick("250", "size", "Size in GB", "number"), a_pick("Jane Doe", "owner", "Owner")]
    found = await found_by_model(claude(picks), VIEW)
    assert found.body == "Set-It -Server {{server}} -Quota {{size}} -Stop 'Stop' -Owner {{owner}}\nSet-It {{server}}"
    assert [one.parameter.type for one in found.parameters] == ["text", "number", "text"]
    assert found.usage is not None
    assert [one.key for one in proven(SCRIPT, Language.POWERSHELL, found)] == ["server", "size", "owner"]


@pytest.mark.parametrize(
    "picks",
    [
        [],
        [a_pick("FS0")],
        [a_pick("Jane")],
        [a_pick("")],
        [a_pick("rm -rf /")],
        [{"original": 1}],
        [None],
    ],
    ids=range(7),
)
async def test_what_stands_nowhere_whole_is_left_out(picks: object):
    found = await found_by_model(claude(picks), VIEW)
    assert (found.body, found.parameters) == (SCRIPT, ())


async def test_keys_and_labels_are_made_fit_whatever_the_model_calls_them():
    picks = [a_pick("FS01", "1 Ünï; {{x}}", "<!channel>\n" + "x" * 90), a_pick("250", "value", "")]
    found = await found_by_model(claude(picks), VIEW)
    assert [one.parameter.key for one in found.parameters] == ["value", "value_2"]
    assert len(found.parameters[0].parameter.label) == 40
    assert proven(SCRIPT, Language.POWERSHELL, found)


async def test_a_password_in_the_script_is_not_sent_to_the_model():
    asked: list[dict[str, object]] = []
    view = ScriptView("$password = 'Winter2026!geheim'; ping FS01", "powershell")
    found = await found_by_model(claude([a_pick("FS01")], asked), view)
    assert "Winter2026" not in json.dumps(asked)
    assert found.body == "$password = 'Winter2026!geheim'; ping {{server}}"


async def test_an_answer_that_cannot_be_read_is_replaced_by_the_rules():
    with pytest.raises(Unusable):
        await found_by_model(claude("I would rather write a poem."), VIEW)

    class Online(OfflineProvider):
        async def extract_parameters(self, script: ScriptView):
            return await found_by_model(claude("I would rather write a poem."), script)

    found = await FallbackProvider(Online(()), OfflineProvider(())).extract_parameters(VIEW)
    assert [one.original for one in found.parameters] == ["FS01", "Jane Doe"]
