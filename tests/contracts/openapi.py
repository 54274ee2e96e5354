"""Holds calls to ConnectWise's OpenAPI: both what is asked and what is answered."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
from jsonschema import Draft7Validator

SPECIFICATION = Path(__file__).parent / "connectwise.openapi.json"
API = re.compile(r"^/[^/]+/apis/3\.0(/.*)$")
Json = Mapping[str, object]


def plain(schema: object) -> object:
    """An OpenAPI 3.0 schema as a JSON schema: `nullable` becomes one of its types."""
    if isinstance(schema, list):
        return [plain(one) for one in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    found = {name: plain(value) for name, value in cast("Json", schema).items()}
    if found.pop("nullable", False) is True:
        found["type"] = [found.get("type", "string"), "null"]
        if isinstance(found.get("enum"), list):
            found["enum"] = [*cast("list[object]", found["enum"]), None]
    return found


@dataclass
class Inspector:
    """Listens to an httpx client; `faults` is what the specification would not allow, `seen` the operations that were used."""

    specification: Json = field(default_factory=lambda: cast("Json", plain(json.loads(SPECIFICATION.read_text()))))
    faults: list[str] = field(default_factory=list[str])
    seen: set[str] = field(default_factory=set[str])

    async def look(self, answer: httpx.Response) -> None:
        """An event hook for answers."""
        await answer.aread()
        request = answer.request
        match = API.match(request.url.path)
        if match is None:
            return
        paths = cast("Mapping[str, Json]", self.specification["paths"])
        shape = next((one for one in paths if re.fullmatch(re.sub(r"\{\w+\}", "[0-9]+", one), match[1])), None)
        operation = cast("Json", paths.get(shape or "", {}).get(request.method.lower()) or {})
        name = f"{request.method} {match[1]}"
        if not operation:
            self.faults.append(f"{name}: not in the specification")
            return
        self.seen.add(f"{request.method} {shape}")
        self._query(name, operation, request)
        if content := request.content:
            described = cast("Json", operation["requestBody"])
            self._check(f"{name} asked", described, json.loads(content), "application/json")
        answers = cast("Mapping[str, Json]", operation["responses"])
        if str(answer.status_code) not in answers:
            self.faults.append(f"{name}: answers {answer.status_code}")
        elif answer.content:
            kind = answer.headers["Content-Type"]
            self._check(f"{name} answered", answers[str(answer.status_code)], answer.json(), kind)

    def _query(self, name: str, operation: Json, request: httpx.Request) -> None:
        known = {str(one["name"]): one for one in cast("list[Json]", operation.get("parameters") or [])}
        self.faults += [f"{name}: unknown {one}" for one in request.url.params if one not in known]
        self.faults += [
            f"{name}: no {each}"
            for each, one in known.items()
            if one.get("in") == "header" and one.get("required") and each not in request.headers
        ]

    def _check(self, name: str, described: Json, body: Any, kind: str) -> None:
        content = cast("Mapping[str, Json]", described["content"])
        if kind not in content:
            self.faults.append(f"{name}: content type {kind}")
            return
        schema = {**cast("Json", content[kind]["schema"]), "components": self.specification["components"]}
        self.faults += [f"{name}: {one.json_path} {one.message}" for one in Draft7Validator(schema).iter_errors(body)]
