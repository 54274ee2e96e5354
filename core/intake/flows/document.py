"""A flow as a person writes it: what it is for, in whose words it is asked for, and its tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import Invalid
from core.intake.flows.soundness import Fault, faults, told
from core.intake.flows.tree import Tree
from core.intake.vocabulary import Category
from core.text import clean

TITLE_LIMIT = 120
LINE_LIMIT = 300
SYMPTOMS_LIMIT = 20
EXAMPLES_LIMIT = 200
SLUG_LIMIT = 60
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class FlowDocument:
    """`slug` names the flow in its account for good. Without a `category` only its words lead to it."""

    slug: str
    title: str
    category: Category | None
    symptoms: tuple[str, ...]
    examples: tuple[str, ...]
    tree: Tree


def document_faults(document: FlowDocument) -> list[Fault]:
    """Everything that is wrong with it; empty when it can be published."""
    return [*_of_names(document), *_of_lines(document), *faults(document.tree)]


def check_document(document: FlowDocument) -> FlowDocument:
    """The document itself. Raises `Invalid` with everything that is wrong, on the first fault's field."""
    if found := document_faults(document):
        raise Invalid(told([fault.sentence for fault in found]), field=found[0].field or "tree")
    return document


def _of_names(document: FlowDocument) -> Iterator[Fault]:
    if not _SLUG.fullmatch(document.slug) or len(document.slug) > SLUG_LIMIT:
        yield Fault(
            f"A flow's name is small letters and digits, joined by -, at most {SLUG_LIMIT}; like printer-offline.",
            field="flow",
        )
    if not _is_line(document.title, TITLE_LIMIT):
        yield Fault(f"The title is one line of at most {TITLE_LIMIT} characters.", field="title")


def _of_lines(document: FlowDocument) -> Iterator[Fault]:
    for name, lines, most in (
        ("symptoms", document.symptoms, SYMPTOMS_LIMIT),
        ("examples", document.examples, EXAMPLES_LIMIT),
    ):
        if len(lines) > most:
            yield Fault(f"There are {len(lines)} {name}; at most {most} fit.", field=name)
        for line in lines:
            if not _is_line(line, LINE_LIMIT):
                yield Fault(f"Each of the {name} is one line of at most {LINE_LIMIT} characters.", field=name)
                break
    if not document.symptoms and not document.examples:
        yield Fault("Without symptoms or examples in callers' words no problem finds this flow.", field="symptoms")


def _is_line(text: str, limit: int) -> bool:
    return bool(text) and text == clean(text) and "\n" not in text and "\t" not in text and len(text) <= limit
