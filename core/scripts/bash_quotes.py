"""What bash has inside quotes, “${…}” and arithmetic. Commands and their words are read in `core.scripts.bash`, on top of this."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.scripts.parameters import PLACEHOLDER
from core.scripts.reading import Place, Standing, Unsure

OPEN = "a quote or bracket of this script is never closed."


@dataclass
class Frame:
    """What was opened and not closed yet: "" (the script), "$(", "(", "${", '"', "$((" ; and what is known of the command inside it."""

    kind: str
    fresh: bool = True  # the next word would be the command
    word: int = -1  # where the word that is being read began
    listing: bool = False  # words of an array or of `for … in`; in arithmetic, an inner bracket
    target: bool = False  # the next word is where a redirection goes


@dataclass
class Quotes:
    body: str
    at: int = 0
    frames: list[Frame] = field(default_factory=lambda: [Frame("")])
    places: list[Place] = field(default_factory=list[Place])
    why: dict[int, str] = field(default_factory=dict[int, str])

    @property
    def _frame(self) -> Frame:
        return self.frames[-1]

    def _opens(self) -> bool:
        """Steps over what opens with a dollar or a backtick. Says whether something did."""
        rest = self.body[self.at : self.at + 3]
        for sign in ("$((", "$(", "${"):
            if rest.startswith(sign):
                self.frames.append(Frame(sign))
                self.at += len(sign)
                return True
        if rest.startswith("`"):
            end = self.at + 1
            while end < len(self.body) and self.body[end] != "`":
                end += 2 if self.body[end] == "\\" else 1
            if end >= len(self.body):
                raise Unsure(OPEN)
            self.at = end + 1
            return True
        return False

    def _placeholder(self, standing: Standing) -> bool:
        match = PLACEHOLDER.match(self.body, self.at)
        if match is None:
            return False
        self.places.append(Place(match[1], match.start(), match.end(), standing))
        self.at = match.end()
        return True

    def _in_double_quotes(self) -> None:
        if self._placeholder(Standing.DOUBLE) or self._opens():
            return
        match self.body[self.at]:
            case "\\":
                self.at += 2
            case '"':
                self.frames.pop()
                self.at += 1
            case _:
                self.at += 1

    def _in_expansion(self) -> None:
        quoted = len(self.frames) > 1 and self.frames[-2].kind == '"'
        if PLACEHOLDER.match(self.body, self.at):
            self.why[self.at] = "it stands inside “${…}”. Put the value into a variable first."
        if self._opens():
            return
        match self.body[self.at]:
            case "\\":
                self.at += 2
            case '"':
                self.frames.append(Frame('"'))
                self.at += 1
            case "'" if quoted:
                # Whether it quotes here depends on the operator; nobody writes that twice the same way.
                raise Unsure(
                    'it stands behind a single quote inside “"${…}"”, where FlowPilot cannot tell what is quoted.'
                )
            case "'":
                self.at = self._end_of_single()
            case "}":
                self.frames.pop()
                self.at += 1
            case _:
                self.at += 1

    def _in_arithmetic(self) -> None:
        if self._placeholder(Standing.DIGITS) or self._opens():
            return
        match self.body[self.at]:
            case "(":
                self.frames.append(Frame("$(("))
                self.frames[-1].listing = True  # an inner bracket, closed by one
                self.at += 1
            case ")" if self._frame.listing:
                self.frames.pop()
                self.at += 1
            case ")" if self.body.startswith("))", self.at):
                self.frames.pop()
                self.at += 2
            case "'" | '"' | ")" | "\\":
                raise Unsure("it stands behind an arithmetic expression that FlowPilot cannot follow.")
            case _:
                self.at += 1

    def _end_of_single(self) -> int:
        end = self.body.find("'", self.at + 1)
        if end < 0:
            raise Unsure(OPEN)
        return end + 1
