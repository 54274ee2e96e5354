"""A flow's picture: every box in its place, none over another, whatever the texts."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageFont

from core.intake.flows.document import FlowDocument
from core.intake.flows.picture import GAP, WIDTH, layout, png
from core.intake.flows.starter import documents
from core.intake.flows.tree import Tree
from tests.core.intake.documents import a_document


@pytest.mark.parametrize("document", documents(), ids=lambda one: one.slug)
def test_no_box_covers_another(document: FlowDocument):
    font = ImageFont.load_default(15)
    assert isinstance(font, ImageFont.FreeTypeFont)
    boxes = layout(document.tree, font)
    assert len({box.name for box in boxes.values()}) == len(document.tree.nodes)
    for one, other in combinations(boxes.values(), 2):
        apart = abs(one.left - other.left) >= WIDTH
        assert apart or one.top + one.height + GAP // 2 <= other.top or other.top + other.height + GAP // 2 <= one.top


def test_it_is_a_picture_of_bearable_size():
    image = Image.open(BytesIO(png(a_document().tree, "The printer does not print")))
    assert image.format == "PNG"
    assert 1_000 < image.width < 3_000
    assert len(image.getcolors(100_000) or []) > 10


def test_long_words_and_marks_of_review_fit():
    tree = a_document().tree
    odd = Tree(tree.start, tuple(replace(node, text="W" * 2_000, needs_review=True) for node in tree))
    assert png(odd, "x" * 500).startswith(b"\x89PNG")
