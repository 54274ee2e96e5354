"""A flow as a picture for whoever reviews it: boxes from left to right, and an arrow from every answer to what follows.

The ends stand below. What leads there, or further than to the next column, names the number of the box instead of crossing the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from core.intake.flows.tree import DONE, Node, NodeKind, Tree
from core.text import shorten

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, GAP, MARGIN = 260, 28, 40
_INSIDE, _LINE, _FONT, _SMALL = 12, 19, 15, 13
_ROW = 24
"""Height of one answer below its question's text."""
_SPACE = 70
_CHIP = 38
_LONGEST = 320
_LARGEST = 9_000
"""Pixels of either side; a larger picture is scaled down."""
_COLOURS: Mapping[NodeKind, tuple[str, str]] = {
    NodeKind.QUESTION: ("#eaf2fd", "#2f6fb5"),
    NodeKind.INSTRUCTION: ("#fff7e0", "#b58a1b"),
    NodeKind.RESOLVED: ("#e5f6ea", "#2c8a4b"),
    NodeKind.ESCALATE: ("#fdeaea", "#b53a3a"),
}
_KINDS = {
    NodeKind.QUESTION: "Question",
    NodeKind.INSTRUCTION: "Do",
    NodeKind.RESOLVED: "Resolved",
    NodeKind.ESCALATE: "Hand over",
}


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands, in pixels from the left top corner, and its number; `rows` are the middles of its answers, from its top."""

    name: str
    left: int
    top: int
    height: int
    lines: tuple[str, ...]
    rows: tuple[int, ...]

    @property
    def right(self) -> int:
        return self.left + WIDTH


def png(tree: Tree, title: str) -> bytes:
    """The flow as a PNG, at most 9,000 pixels wide and high."""
    from PIL import Image, ImageDraw, ImageFont  # noqa: PLC0415 - only a review needs it

    font, small, bold = (ImageFont.load_default(size) for size in (_FONT, _SMALL, 22))
    if not isinstance(font, ImageFont.FreeTypeFont) or not isinstance(small, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    boxes = layout(tree, font)
    width = max(box.right for box in boxes.values()) + MARGIN
    height = max(box.top + box.height for box in boxes.values()) + MARGIN
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.text((MARGIN, 24), shorten(title, 120), font=bold, fill="#1d1c1d")
    for node in tree:
        _draw_arrows(draw, node, boxes)
    for node in tree:
        _draw_box(draw, node, boxes[node.id], font, small)
        _draw_answers(draw, node, tree, boxes, small)
    if max(image.size) > _LARGEST:
        image.thumbnail((_LARGEST, _LARGEST))
    stored = BytesIO()
    image.save(stored, "PNG", optimize=True)
    return stored.getvalue()


def layout(tree: Tree, font: FreeTypeFont) -> dict[str, Box]:
    """Every node's box: a column further right than all that lead to it, near the middle of these; the ends in rows below."""
    columns = _columns(tree)
    boxes: dict[str, Box] = {}
    for number in range(max(columns.values()) + 1):
        here = [node for node in tree if columns.get(node.id) == number]
        free = 90
        for node in sorted(here, key=lambda one: _wanted(one, tree, boxes)):
            lines, height, rows = _measure(node, font)
            top = max(free, round(_wanted(node, tree, boxes) - height / 2))
            boxes[node.id] = Box(str(len(boxes) + 1), MARGIN + number * (WIDTH + _SPACE), top, height, lines, rows)
            free = top + height + GAP
    top = max((box.top + box.height for box in boxes.values()), default=60) + _SPACE
    ends = [node for node in tree if node.is_end]
    wide = max(4, max(columns.values()) + 1)
    for first in range(0, len(ends), wide):
        row = [(node, *_measure(node, font)) for node in ends[first : first + wide]]
        for place, (node, lines, height, _) in enumerate(row):
            name = f"{_KINDS[node.kind][0]}{first + place + 1}"
            boxes[node.id] = Box(name, MARGIN + place * (WIDTH + _SPACE), top, height, lines, ())
        top += max(height for _, _, height, _ in row) + GAP
    return boxes


def _wanted(node: Node, tree: Tree, boxes: Mapping[str, Box]) -> float:
    """The middle of the answers that lead to a node, as far as they stand already."""
    above = [
        boxes[other.id].top + boxes[other.id].rows[place]
        for other in tree
        if other.id in boxes
        for place, answer in enumerate(other.answers)
        if answer.to == node.id
    ]
    return sum(above) / len(above) if above else 0


def _columns(tree: Tree) -> dict[str, int]:
    """The longest way from the start to each node that is no end; a sound tree has no circles."""
    columns = {tree.start: 0}
    waiting = [tree.start]
    while waiting:
        here = waiting.pop()
        for answer in tree[here].answers:
            if not tree[answer.to].is_end and columns.get(answer.to, -1) < columns[here] + 1:
                columns[answer.to] = columns[here] + 1
                waiting.append(answer.to)
    return columns


def _measure(node: Node, font: FreeTypeFont) -> tuple[tuple[str, ...], int, tuple[int, ...]]:
    lines = _wrapped(shorten(" ".join(node.text.split()), _LONGEST), font, WIDTH - 2 * _INSIDE)
    below = _INSIDE + _LINE + len(lines) * _LINE + 6
    rows = tuple(below + place * _ROW + _ROW // 2 for place in range(len(node.answers)))
    return lines, below + len(node.answers) * _ROW + _INSIDE // 2, rows


def _wrapped(text: str, font: FreeTypeFont, width: float) -> tuple[str, ...]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        # A word longer than a line is broken where the line ends.
        if lines[-1]:
            lines.append("")
        for letter in word:
            if font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return tuple(lines)


def _fitting(text: str, font: FreeTypeFont, width: float) -> str:
    while font.getlength(text) > width:
        text = text.rstrip("…")[:-1].rstrip() + "…"
    return text


def _draw_box(draw: ImageDraw, node: Node, box: Box, font: FreeTypeFont, small: FreeTypeFont) -> None:
    fill, line = _COLOURS[node.kind]
    draw.rounded_rectangle(
        (box.left, box.top, box.right, box.top + box.height), 8, fill, line, 4 if node.needs_review else 2
    )
    kind = _KINDS[node.kind] + (" - not reviewed yet" if node.needs_review else "")
    draw.text((box.left + _INSIDE, box.top + 6), kind, font=small, fill=line)
    for number, text in enumerate(box.lines):
        draw.text((box.left + _INSIDE, box.top + 6 + _LINE + number * _LINE), text, font=font, fill="#1d1c1d")
    number = box.name
    draw.text((box.right - _INSIDE - small.getlength(number), box.top + 6), number, font=small, fill=line)


def _draw_answers(draw: ImageDraw, node: Node, tree: Tree, boxes: Mapping[str, Box], small: FreeTypeFont) -> None:
    box, (_, line) = boxes[node.id], _COLOURS[node.kind]
    for answer, row in zip(node.answers, box.rows, strict=True):
        middle, there = box.top + row, boxes[answer.to]
        draw.line((box.left + 1, middle - _ROW // 2, box.right - 1, middle - _ROW // 2), fill=line, width=1)
        label = "then" if answer.label == DONE and node.kind is NodeKind.INSTRUCTION else answer.label
        room = WIDTH - 3 * _INSIDE - (0 if _is_next(box, there) else _CHIP)
        draw.text((box.left + _INSIDE, middle - 8), _fitting(label, small, room), font=small, fill=line)
        if not _is_next(box, there):
            fill = _COLOURS[tree[answer.to].kind][1]
            draw.rounded_rectangle((box.right - _CHIP - 6, middle - 9, box.right - 6, middle + 9), 9, fill)
            draw.text((box.right - 6 - _CHIP / 2, middle), there.name, font=small, fill="white", anchor="mm")


def _is_next(here: Box, there: Box) -> bool:
    return bool(there.rows) and there.left == here.left + WIDTH + _SPACE


def _draw_arrows(draw: ImageDraw, node: Node, boxes: Mapping[str, Box]) -> None:
    _, colour = _COLOURS[node.kind]
    here = boxes[node.id]
    for answer, row in zip(node.answers, here.rows, strict=True):
        there = boxes[answer.to]
        if not _is_next(here, there):
            continue
        draw.ellipse((here.right - 4, here.top + row - 4, here.right + 4, here.top + row + 4), fill=colour)
        start, end = (here.right + 4, here.top + row), (there.left, there.top + 14)
        points = [_between(start, end, step / 24) for step in range(25)]
        draw.line(points, fill=colour, width=2, joint="curve")
        draw.polygon([end, (end[0] - 10, end[1] - 5), (end[0] - 10, end[1] + 5)], fill=colour)


def _between(start: tuple[int, int], end: tuple[int, int], share: float) -> tuple[float, float]:
    """A point of the curve that leaves to the right and arrives from the left."""
    bend = max(40.0, (end[0] - start[0]) / 2)
    xs = (start[0], start[0] + bend, end[0] - bend, end[0])
    ys = (start[1], start[1], end[1], end[1])
    weights = ((1 - share) ** 3, 3 * (1 - share) ** 2 * share, 3 * (1 - share) * share**2, share**3)
    return sum(w * x for w, x in zip(weights, xs, strict=True)), sum(w * y for w, y in zip(weights, ys, strict=True))
