"""Rewriting a section without a model: the few instructions that words alone can follow. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.llm.notes import Rewritten
from core.text import capital, ended, shorten

_SHORTER = re.compile(r"\b(short\w*|brief\w*|concise\w*|less|trim\w*|cut)\b", re.IGNORECASE)
_LIST = re.compile(r"\b(list|bullets?|points?)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\bnumber\w*\b", re.IGNORECASE)
_PARAGRAPH = re.compile(r"\b(paragraph|prose|continuous|sentences)\b", re.IGNORECASE)
_REPLACE = re.compile(r"\breplace\s+[“\"'](.+?)[”\"']\s+(?:with|by)\s+[“\"'](.*?)[”\"']", re.IGNORECASE | re.DOTALL)
_ADD = re.compile(r"^\s*(?:please\s+)?add\s*:?\s+(.+)$", re.IGNORECASE | re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[-•*]|\d+[.)])\s+")
SHORT = 400


def rewrite(text: str, instruction: str) -> Rewritten:
    """`text` as the instruction asks, as far as words alone can tell; not understood: the text as it was."""
    if match := _REPLACE.search(instruction):
        return Rewritten(text.replace(match[1], match[2]), understood=match[1] in text)
    if match := _ADD.match(instruction):
        return Rewritten(f"{text.rstrip()}\n{ended(capital(match[1].strip()))}")
    lines = [_BULLET.sub("", line).strip() for line in text.splitlines() if line.strip()]
    if _SHORTER.search(instruction):
        kept = _first_sentences(lines)
        return Rewritten(kept, understood=len(kept) < len(text))
    if _NUMBERED.search(instruction):
        return Rewritten("\n".join(f"{place}. {line}" for place, line in enumerate(lines, 1)))
    if _LIST.search(instruction):
        return Rewritten("\n".join(f"- {line}" for line in lines))
    if _PARAGRAPH.search(instruction):
        return Rewritten(" ".join(ended(line) for line in lines))
    return Rewritten(text, understood=False)


def _first_sentences(lines: Sequence[str]) -> str:
    """Each line's first sentence, as many as fit."""
    firsts = [re.split(r"(?<=[.!?])\s+", line, maxsplit=1)[0] for line in lines]
    kept: list[str] = []
    for first in firsts:
        if kept and sum(map(len, kept)) + len(first) > SHORT:
            break
        kept.append(f"- {first}" if len(lines) > 1 else first)
    return shorten("\n".join(kept), SHORT)
