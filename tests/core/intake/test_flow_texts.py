"""What people write into a file of flows: read as meant, or refused with the line; never built from tags, never endless."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.escalations.models import Reason
from core.intake.flows.document import EXAMPLES_LIMIT, LINE_LIMIT, SYMPTOMS_LIMIT, TITLE_LIMIT, FlowDocument
from core.intake.flows.soundness import faults
from core.intake.flows.tree import DEPTH_LIMIT, DONE, LABEL_LIMIT, Answer, Node, NodeKind, Tree, as_json, from_json
from core.intake.flows.written import read, write
from core.intake.vocabulary import Category
from core.text import clean
from tests.core.intake.documents import PRINTER, a_document

HEAD = "flow: a\ntitle: A\nsymptoms: [x]\n"


def nodes(*lines: str) -> str:
    return HEAD + "nodes:\n" + "".join(f"  {line}\n" for line in lines)


END = "end: {resolved: Done.}"

BAD: dict[str, tuple[str, str]] = {
    "nothing": ("", "There is no flow"),
    "a word": ("printer", r"Line 1: A flow is fields"),
    "not YAML": ("flow: [a", r"Line \d+: this is not YAML"),
    "tabs": ("flow:\n\t- a", r"Line 2: this is not YAML"),
    "an object": ("flow: !!python/object/apply:os.system [id]", r"Line 1: tags"),
    "an alias": ("a: &a [x]\nb: *a", r"Line 1: anchors"),
    "a bomb": ("a: &a [x,x]\nb: &b [*a,*a]", r"Line 1: anchors"),
    "a deep nest": ("[" * 50_000, r"Line 1: this is nested too deep"),
    "a name twice": (nodes(END, END), r"Line 6: “end” is there twice, first in line 5"),
    "a list as a name": ("? [a]\n: b", r"Line 1: a name must be a plain word"),
    "zero bytes": ("flow: a\x00", "not a text"),
    "half a character": ("flow: \ud800", "not a text"),
    "no title": ("flow: a\nnodes: {" + END + "}", r"Line 1: the flow that begins here has no “title”"),
    "a mistyped field": (
        HEAD.replace("symptoms", "symtoms") + "nodes: {" + END + "}",
        r"Line 3: “symtoms” is not known",
    ),
    "no nodes": (HEAD + "nodes: {}", r"Line 4: there are no nodes"),
    "a node of two kinds": (nodes("end: {resolved: x, escalate: y}"), r"Line 5: “end” must be one of"),
    "a circle": (
        nodes("a: {question: A?, answers: {Yes: b, No: end}}", "b: {instruction: B., next: a}", END),
        r"Line 6: “b” leads back to “a”",
    ),
    "itself": (nodes("a: {question: A?, answers: {Yes: a, No: end}}", END), r"Line 5: “a” leads back to “a”"),
    "an orphan": (nodes("a: {resolved: A.}", "b: {resolved: B.}"), r"Line 6: No way leads to “b”"),
    "no end": (nodes("a: {instruction: A.}"), r"Line 5: “a” is an instruction and needs the one node"),
    "an end that goes on": (nodes("a: {resolved: A., next: a}"), r"Line 5: “next” is not known"),
    "nowhere": (nodes("a: {instruction: A., next: b}", END), r"Line 5: “a” leads to “b”"),
    "a start nowhere": (nodes(END) + "start: b", r"Line 7: It starts with “b”".replace("7", r"\d")),
    "one answer": (nodes("a: {question: A?, answers: {Yes: end}}", END), r"Line 5: “a” has 1 answers"),
    "no answers": (nodes("a: {question: A?}"), r"Line 5: “a” has 0 answers"),
    "the same answer": (nodes("a: {question: A?, answers: {Yes: end, yES: end}}", END), "answer “yes” 2 times"),
    "a long answer": (nodes(f"a: {{question: A?, answers: {{{'x' * 76}: end, No: end}}}}", END), "at most 75"),
    "an empty text": (nodes("a: {resolved: ''}"), r"Line 5: “a” says nothing"),
    "a long text": (nodes(f"a: {{resolved: {'x' * 2_001}}}"), r"Line 5: “a” has 2,001 characters"),
    "a reason that is none": (nodes("a: {escalate: A., reason: because}"), r"Line 5: a reason is one of"),
    "no reason": (nodes("a: {escalate: A.}"), r"Line 5: “a” is handed over and needs a reason"),
    "a category that is none": (HEAD + "category: cooking\nnodes: {" + END + "}", r"Line 4: a category is one of"),
    "a name with blanks": (nodes("the end: {resolved: A.}"), r"Line 5: “the end” is no name for a node"),
    "a bad slug": (nodes(END).replace("flow: a", "flow: A b"), r"Line 1: A flow's name"),
    "500 nodes": (nodes(*(f"n{n}: {{instruction: A., next: n{n + 1}}}" for n in range(500))), "there are 500 nodes"),
    "too deep": (
        nodes(
            *(f"n{n}: {{instruction: A., next: n{n + 1}}}" for n in range(DEPTH_LIMIT)),
            f"n{DEPTH_LIMIT}: {{resolved: A.}}",
        ),
        f"Line 5: Its longest way has {DEPTH_LIMIT + 1} nodes",
    ),
    "the same flow twice": (PRINTER + "---\n" + PRINTER, "is there already, in line 1"),
    "nothing to be found by": (nodes(END).replace("symptoms: [x]\n", ""), "no problem finds this flow"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_walked_is_refused_with_its_line(name: str):
    text, sentence = BAD[name]
    with pytest.raises(Invalid, match=sentence) as refusal:
        read(text)
    assert refusal.value.field == "yaml"
    assert len(str(refusal.value)) < 2_000


def test_every_fault_is_named_not_only_the_first():
    text = nodes("a: {question: A?, answers: {Yes: x, No: y}}", "b: {resolved: ''}")
    with pytest.raises(Invalid) as refusal:
        read(text)
    assert [line.split(":")[0] for line in str(refusal.value).splitlines()] == ["Line 5", "Line 5", "Line 6"]


def test_two_hundred_nodes_of_two_thousand_ways_are_checked_at_once():
    # Every node leads to every later one of its column: the ways are more than could be walked one by one.
    rows = [[f"n{row}_{column}" for column in range(18)] for row in range(DEPTH_LIMIT - 1)]
    made = [
        Node(name, NodeKind.QUESTION, "Which?", tuple(Answer(f"{n}", to) for n, to in enumerate(after[:10])))
        for row, after in zip(rows, [*rows[1:], ["end", "end2"]], strict=True)
        for name in row
    ]
    tree = Tree("n0_0", (*made, Node("end", NodeKind.RESOLVED, "Done."), Node("end2", NodeKind.RESOLVED, "Done.")))
    began = time.perf_counter()
    assert all("No way leads to" in fault.sentence for fault in faults(tree))
    assert time.perf_counter() - began < 5


def test_words_that_yaml_takes_for_something_else_stay_words():
    document = a_document(
        nodes("a: {question: On?, answers: {Yes: end, No: end, on: end, 1e3: end, ~: end, 12:30: end}}", END)
    )
    assert [answer.label for answer in document.tree["a"].answers] == ["Yes", "No", "on", "1e3", "~", "12:30"]
    assert read(write([document])) == (document,)


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=120).map(clean).filter(bool)
lines = texts.map(lambda text: " ".join(text.split())).filter(lambda text: bool(clean(text)) and text == clean(text))


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """Sound trees: every node leads to later ones only, in layers, and nobody is left out."""
    depth = draw(st.integers(1, DEPTH_LIMIT))
    made: list[Node] = []
    for layer in range(depth):
        name, after = f"n{layer}", f"n{layer + 1}"
        text, unsure = draw(texts), draw(st.booleans())
        kind = (
            draw(st.sampled_from([NodeKind.QUESTION, NodeKind.INSTRUCTION])) if layer < depth - 1 else NodeKind.ESCALATE
        )
        if kind is NodeKind.ESCALATE:
            made.append(Node(name, kind, text, (), draw(st.sampled_from(Reason)), unsure))
        elif kind is NodeKind.INSTRUCTION:
            made.append(Node(name, kind, text, (Answer(DONE, after),), None, unsure))
        else:
            labels = draw(
                st.lists(
                    lines.filter(lambda one: len(one) <= LABEL_LIMIT), min_size=2, max_size=10, unique_by=str.casefold
                )
            )
            made.append(Node(name, kind, text, tuple(Answer(label, after) for label in labels), None, unsure))
    return Tree("n0", tuple(draw(st.permutations(made))))


@st.composite
def written(draw: st.DrawFn) -> FlowDocument:
    return FlowDocument(
        slug=draw(st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)),
        title=draw(lines.map(lambda text: text[:TITLE_LIMIT].strip()).filter(bool)),
        category=draw(st.none() | st.sampled_from(Category)),
        symptoms=tuple(
            draw(st.lists(lines.filter(lambda one: len(one) <= LINE_LIMIT), min_size=1, max_size=SYMPTOMS_LIMIT))
        ),
        examples=tuple(
            draw(st.lists(lines.filter(lambda one: len(one) <= LINE_LIMIT), max_size=min(8, EXAMPLES_LIMIT)))
        ),
        tree=draw(trees()),
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(written(), min_size=1, max_size=3, unique_by=lambda one: one.slug))
def test_what_is_written_is_read_as_it_was(documents: list[FlowDocument]):
    assert list(read(write(documents))) == documents


@settings(max_examples=60, deadline=None)
@given(trees())
def test_what_is_stored_comes_back_as_it_was(tree: Tree):
    assert from_json(as_json(tree)) == tree


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.lists(st.sampled_from(PRINTER.splitlines(keepends=True)), max_size=40).map("".join))
def test_any_text_is_read_or_refused(text: str):
    with suppress(Invalid):
        assert read(text)
