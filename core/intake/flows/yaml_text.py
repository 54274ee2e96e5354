"""Plain YAML as texts, lists and fields that know their lines. Nothing is built from tags, nothing is shared by anchors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from core.errors import Invalid

FIELD = "yaml"
LARGEST = 4_000_000
"""Characters of a whole file: a thousand flows."""
_DEEPEST = 8
# In C where the wheel has it: it reads 30 times as fast, and does not recurse.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Words:
    """A scalar, as it was written; `yes` stays the word yes."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    line: int
    items: list[Value]


@dataclass(frozen=True, slots=True)
class Fields:
    """In the order of the file; `lines` are those of the names. A name that is there twice was refused."""

    line: int
    fields: dict[str, Value]
    lines: dict[str, int]


Value = Words | Items | Fields


def refuse(line: int, sentence: str) -> Invalid:
    """The refusal that names a line."""
    return Invalid(f"Line {line}: {sentence}", field=FIELD)


def read_values(text: str) -> list[Value]:
    """The documents of a file. Raises `Invalid` naming the line for anything but plain YAML."""
    if len(text) > LARGEST:
        raise Invalid(f"This has {len(text):,} characters; at most {LARGEST:,} are read. Please split it.", field=FIELD)
    try:
        return list(_documents(yaml.parse(text, Loader=_LOADER)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise refuse(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem or error.context}.") from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise Invalid("This is not a text: it has characters that YAML does not allow.", field=FIELD) from error


def _documents(events: Iterator[yaml.Event]) -> Iterator[Value]:
    open_ones: list[Items | Fields] = []
    keys: list[Words | None] = []
    for event in events:
        line = event.start_mark.line + 1 if event.start_mark else 1
        _refuse_what_is_not_plain(event, line)
        match event:
            case yaml.ScalarEvent():
                done: Value = Words(line, event.value)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                if len(open_ones) == _DEEPEST:
                    raise refuse(line, "this is nested too deep for a flow.")
                if keys and isinstance(open_ones[-1], Fields) and keys[-1] is None:
                    raise refuse(line, "a name must be a plain word.")
                open_ones.append(
                    Items(line, []) if isinstance(event, yaml.SequenceStartEvent) else Fields(line, {}, {})
                )
                keys.append(None)
                continue
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                done = open_ones.pop()
                keys.pop()
            case _:
                continue
        if not open_ones:
            yield done
            continue
        _put(done, open_ones[-1], keys)


def _put(done: Value, into: Items | Fields, keys: list[Words | None]) -> None:
    if isinstance(into, Items):
        into.items.append(done)
        return
    key = keys[-1]
    if key is None:
        if not isinstance(done, Words):
            raise refuse(done.line, "a name must be a plain word.")
        if done.text in into.fields:
            raise refuse(done.line, f"“{done.text[:60]}” is there twice, first in line {into.lines[done.text]}.")
        keys[-1] = done
        return
    into.fields[key.text], into.lines[key.text] = done, key.line
    keys[-1] = None


def _refuse_what_is_not_plain(event: yaml.Event, line: int) -> None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        raise refuse(line, "anchors and aliases (& and *) are not read; write it out.")
    if getattr(event, "tag", None):
        raise refuse(line, "tags (!) are not read; write plain text.")
