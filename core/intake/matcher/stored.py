"""What was learned as bytes, and back: numbers and words only, nothing that could be run.

Ahead of the numbers stands a text that can be read without numpy: what it was learned from.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, cast

from core.llm.words import Words

if TYPE_CHECKING:
    import numpy as np

    from core.intake.matcher.features import Floats
    from core.intake.matcher.learned import Learned
    from core.intake.matcher.network import Model

STARTER = Path(__file__).parents[1] / "starter" / "learned.bin"
"""What the flows in the box teach; `python -m tests.bench.learn_starter` makes it anew."""
_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learned, and from which statements (by `marks`)."""

    learned: Learned
    marks: frozenset[int]


def marks(pairs: Iterable[tuple[str | None, str]]) -> frozenset[int]:
    """A number per statement and flow, to see later what has been learned from."""
    return frozenset(zlib.crc32(f"{flow}\n{' '.join(text.casefold().split())}".encode()) for flow, text in pairs)


def pack(lesson: Lesson) -> bytes:
    """Half precision is enough: a score moves by less than a thousandth."""
    import numpy as np  # noqa: PLC0415 - see the module's docstring

    learned = lesson.learned
    header = zlib.compress(
        json.dumps(
            {
                "marks": sorted(lesson.marks),
                "flows": learned.flows,
                "features": list(learned.vocabulary.features),
                "curve": [learned.curve.bias, learned.curve.slope],
                "models": len(learned.models),
            }
        ).encode()
    )
    arrays: dict[str, Floats | np.ndarray[tuple[int, ...], np.dtype[np.float16]]] = {
        "rarity": learned.vocabulary.rarity
    }
    for number, model in enumerate(learned.models):
        arrays[f"entry{number}"], arrays[f"bias{number}"] = model.entry.astype(np.float16), model.bias
        if model.hidden is not None and model.hidden_bias is not None:
            arrays[f"hidden{number}"], arrays[f"hidden_bias{number}"] = model.hidden, model.hidden_bias
    stored = BytesIO()
    np.savez_compressed(stored, allow_pickle=False, **arrays)
    return len(header).to_bytes(_LENGTH, "big") + header + stored.getvalue()


def learned_from(stored: bytes) -> frozenset[int]:
    """The marks of the statements that these bytes were learned from."""
    return frozenset(cast("list[int]", _header(stored)["marks"]))


@cache
def starter_learned_from() -> frozenset[int]:
    """The marks of the statements that the flows in the box taught."""
    return learned_from(STARTER.read_bytes())


def unpack(stored: bytes, words: Words) -> Lesson:
    """What `pack` stored. The large weights stay in half precision."""
    import numpy as np  # noqa: PLC0415

    from core.intake.matcher.features import Vocabulary  # noqa: PLC0415
    from core.intake.matcher.learned import Curve, Learned  # noqa: PLC0415
    from core.intake.matcher.network import Model  # noqa: PLC0415

    header = _header(stored)
    bias, slope = cast("list[float]", header["curve"])
    with np.load(BytesIO(stored[_LENGTH + _length(stored) :]), allow_pickle=False) as arrays:

        def model(number: int) -> Model:
            layered = f"hidden{number}" in arrays
            return Model(
                arrays[f"entry{number}"],
                arrays[f"bias{number}"],
                arrays[f"hidden{number}"] if layered else None,
                arrays[f"hidden_bias{number}"] if layered else None,
            )

        vocabulary = Vocabulary(cast("list[str]", header["features"]), arrays["rarity"], words)
        models = tuple(map(model, range(cast("int", header["models"]))))
    learned = Learned(tuple(cast("list[str]", header["flows"])), vocabulary, models, Curve(bias, slope))
    return Lesson(learned, learned_from(stored))


def starter(words: Words) -> Lesson:
    """What the flows in the box taught."""
    return unpack(STARTER.read_bytes(), words)


def _length(stored: bytes) -> int:
    return int.from_bytes(stored[:_LENGTH], "big")


def _header(stored: bytes) -> dict[str, object]:
    return json.loads(zlib.decompress(stored[_LENGTH : _LENGTH + _length(stored)]))
