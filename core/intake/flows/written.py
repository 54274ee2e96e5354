"""Flows as YAML, one document each, read and written without loss:

flow: printer-offline            the name it keeps
title: The printer does not print
category: printer                optional
symptoms: [...]                  what it is for
examples: [...]                  statements in callers' words
start: power                     optional: else the first node
nodes:
  power:
    question: Is its display lit?
    answers: {Yes: paper, "No, it is dark": switch_on}
  switch_on:
    instruction: Ask the caller to press the power button.
    next: paper
  fixed: {resolved: It prints again.}
  engineer: {escalate: It stays dark., reason: not_fixed_by_steps}
"""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from core.errors import Invalid
from core.escalations.models import Reason
from core.intake.flows.document import FlowDocument, document_faults
from core.intake.flows.soundness import Fault, told
from core.intake.flows.tree import DONE, NODES_LIMIT, Answer, Node, NodeKind, Tree
from core.intake.flows.yaml_text import FIELD, Fields, Items, Value, Words, read_values, refuse
from core.intake.vocabulary import Category
from core.text import clean, shorten

FLOWS_LIMIT = 1_000
_FIELDS = ("flow", "title", "category", "symptoms", "examples", "start", "nodes")
_BESIDE = {
    NodeKind.QUESTION: ("answers", "needs_review"),
    NodeKind.INSTRUCTION: ("next", "needs_review"),
    NodeKind.RESOLVED: ("needs_review",),
    NodeKind.ESCALATE: ("reason", "needs_review"),
}
_WIDTH = 110


def read(text: str) -> tuple[FlowDocument, ...]:
    """The flows of a file. Raises `Invalid` naming the lines of what is wrong; then none of them is to be used."""
    values = read_values(text)
    if not values:
        raise Invalid("There is no flow in this file.", field=FIELD)
    if len(values) > FLOWS_LIMIT:
        raise Invalid(f"There are {len(values):,} flows; at most {FLOWS_LIMIT:,} are read at once.", field=FIELD)
    documents = tuple(_document(value) for value in values)
    seen: dict[str, int] = {}
    for document, value in zip(documents, values, strict=True):
        if document.slug in seen:
            raise refuse(value.line, f"the flow “{document.slug}” is there already, in line {seen[document.slug]}.")
        seen[document.slug] = value.line
    return documents


def write(documents: Iterable[FlowDocument]) -> str:
    """The flows as a file that `read` gives back as they were."""
    return yaml.safe_dump_all(
        map(_written, documents), sort_keys=False, allow_unicode=True, width=_WIDTH, explicit_start=True
    )


def _document(value: Value) -> FlowDocument:
    fields = _fields(value, "A flow")
    _refuse_unknown(fields, _FIELDS, "a flow")
    nodes = _fields(_needed(fields, "nodes"), "“nodes”")
    if not nodes.fields:
        raise refuse(fields.lines["nodes"], "there are no nodes.")
    if len(nodes.fields) > NODES_LIMIT:
        raise refuse(
            fields.lines["nodes"],
            f"there are {len(nodes.fields)} nodes; at most {NODES_LIMIT} fit into a flow. Please split it.",
        )
    document = FlowDocument(
        slug=_text(_needed(fields, "flow")),
        title=_text(_needed(fields, "title")),
        category=_category(fields.fields.get("category")),
        symptoms=_lines(fields, "symptoms"),
        examples=_lines(fields, "examples"),
        tree=Tree(
            start=_text(fields.fields["start"]) if "start" in fields.fields else next(iter(nodes.fields)),
            nodes=tuple(_node(name, value) for name, value in nodes.fields.items()),
        ),
    )
    if found := document_faults(document):
        raise Invalid(told([f"Line {_line(fault, fields, nodes)}: {fault.sentence}" for fault in found]), field=FIELD)
    return document


def _line(fault: Fault, fields: Fields, nodes: Fields) -> int:
    if fault.node is not None:
        return nodes.lines.get(fault.node, nodes.line)
    return fields.lines.get(fault.field or "start", fields.lines["nodes"] if fault.field is None else fields.line)


def _node(name: str, value: Value) -> Node:
    fields = _fields(value, f"“{shorten(name, 60)}”")
    kinds = [kind for kind in NodeKind if kind.value in fields.fields]
    if len(kinds) != 1:
        raise refuse(
            value.line,
            f"“{shorten(name, 60)}” must be one of question, instruction, resolved and escalate.",
        )
    kind = kinds[0]
    _refuse_unknown(fields, (kind.value, *_BESIDE[kind]), f"a node with “{kind.value}”")
    reason = fields.fields.get("reason")
    return Node(
        id=name,
        kind=kind,
        text=_text(fields.fields[kind.value]),
        answers=_answers(fields),
        reason=None if reason is None else _reason(reason),
        needs_review=_is_true(fields.fields.get("needs_review")),
    )


def _answers(fields: Fields) -> tuple[Answer, ...]:
    if "next" in fields.fields:
        return (Answer(DONE, _text(fields.fields["next"])),)
    if "answers" not in fields.fields:
        return ()
    answers = _fields(fields.fields["answers"], "“answers”")
    return tuple(Answer(clean(label), _text(to)) for label, to in answers.fields.items())


def _category(value: Value | None) -> Category | None:
    if value is None:
        return None
    try:
        return Category(_text(value))
    except ValueError:
        raise refuse(value.line, f"a category is one of {', '.join(Category)}; or leave it out.") from None


def _reason(value: Value) -> Reason:
    try:
        return Reason(_text(value))
    except ValueError:
        raise refuse(value.line, f"a reason is one of {', '.join(Reason)}.") from None


def _is_true(value: Value | None) -> bool:
    if value is None:
        return False
    if (word := _text(value).casefold()) not in {"true", "false"}:
        raise refuse(value.line, "“needs_review” is true or false.")
    return word == "true"


def _lines(fields: Fields, name: str) -> tuple[str, ...]:
    value = fields.fields.get(name, Items(fields.line, []))
    if not isinstance(value, Items):
        raise refuse(value.line, f"“{name}” is a list, each line beginning with “- ”.")
    return tuple(map(_text, value.items))


def _needed(fields: Fields, name: str) -> Value:
    if name not in fields.fields:
        raise refuse(fields.line, f"the flow that begins here has no “{name}”.")
    return fields.fields[name]


def _fields(value: Value, what: str) -> Fields:
    if not isinstance(value, Fields):
        raise refuse(value.line, f"{what} is fields, each “name: …”.")
    return value


def _text(value: Value) -> str:
    if not isinstance(value, Words):
        raise refuse(value.line, "there must be a text here.")
    return clean(value.text)


def _refuse_unknown(fields: Fields, known: tuple[str, ...], what: str) -> None:
    for name, line in fields.lines.items():
        if name not in known:
            raise refuse(line, f"“{shorten(clean(name), 60)}” is not known in {what}; it has {', '.join(known)}.")


def _written(document: FlowDocument) -> dict[str, object]:
    whole: dict[str, object] = {"flow": document.slug, "title": document.title}
    if document.category:
        whole["category"] = document.category.value
    for name, lines in (("symptoms", document.symptoms), ("examples", document.examples)):
        if lines:
            whole[name] = list(lines)
    whole["start"] = document.tree.start
    whole["nodes"] = {node.id: _node_written(node) for node in document.tree}
    return whole


def _node_written(node: Node) -> dict[str, object]:
    fields: dict[str, object] = {node.kind.value: node.text}
    if node.kind is NodeKind.QUESTION:
        fields["answers"] = {answer.label: answer.to for answer in node.answers}
    elif node.kind is NodeKind.INSTRUCTION:
        fields["next"] = node.answers[0].to
    if node.reason:
        fields["reason"] = node.reason.value
    if node.needs_review:
        fields["needs_review"] = True
    return fields
