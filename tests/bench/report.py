"""The table: what was measured, what was promised, and whether it holds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One line. `must` and `superb` are upper limits; the repeats are the same measure taken again."""

    what: str
    repeats: Sequence[float]
    must: float
    superb: float
    unit: str = "×"

    @property
    def measured(self) -> float:
        """The median of the repeats."""
        return median(self.repeats)

    @property
    def verdict(self) -> str:
        """`superb`, `kept` or `OVER`."""
        if self.measured <= self.superb:
            return "superb"
        return "kept" if self.measured <= self.must else "OVER"

    def as_json(self) -> dict[str, object]:
        """Everything about the row, with what follows from it."""
        return {**asdict(self), "measured": self.measured, "verdict": self.verdict}


def ratios(measured: Sequence[float], baseline: Sequence[float]) -> list[float]:
    """Each measure over the baseline of the same repeat, so that a machine that slows down slows both."""
    return [value / base for value, base in zip(measured, baseline, strict=True)]


def table(rows: Sequence[Row]) -> str:
    """The rows as text."""
    lines = [("what", "measured", "(least – most)", "must be", "superb", "verdict")]
    for row in rows:
        spread = f"({_number(min(row.repeats))} – {_number(max(row.repeats))})" if len(row.repeats) > 1 else ""
        limits = (f"≤ {row.must:g} {row.unit}", f"{row.superb:g} {row.unit}")
        lines.append((row.what, f"{_number(row.measured)} {row.unit}", spread, *limits, row.verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"
