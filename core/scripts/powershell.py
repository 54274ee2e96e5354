"""Reads PowerShell as far as it takes to know where quotes begin and end. What it cannot follow it says, and then no value is put in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from core.scripts.parameters import PLACEHOLDER
from core.scripts.reading import Place, Reading, Standing, Unsure

# PowerShell takes the typographic quotes for plain ones.
SINGLE_QUOTES = "'\u2018\u2019\u201a\u201b"
DOUBLE_QUOTES = '"\u201c\u201d\u201e'

_OPEN = "a quote or bracket of this script is never closed."
_BEFORE = " \t\n(,=:;{[|"
_AFTER = " \t\n),;]}|."
_HERE = re.compile(rf"@([{SINGLE_QUOTES}{DOUBLE_QUOTES}])[ \t]*\n")
_WORDS_BEFORE_COMMENT = " \t\n;{}()|,=["


@dataclass
class _PowerShell:
    """`frames` holds what was opened: "(" and "{" of code, "$(" inside a text, and '"'."""

    body: str
    at: int = 0
    frames: list[str] = field(default_factory=list[str])
    places: list[Place] = field(default_factory=list[Place])
    why: dict[int, str] = field(default_factory=dict[int, str])

    def read(self) -> Reading:
        try:
            while self.at < len(self.body):
                if self.frames and self.frames[-1] == '"':
                    self._in_double_quotes()
                else:
                    self._in_code()
            self._end()
        except Unsure as unsure:
            start = 0 if str(unsure) == _OPEN else self.at
            self.places = [one for one in self.places if one.start < start]
            for match in PLACEHOLDER.finditer(self.body, start):
                self.why.setdefault(match.start(), str(unsure))
        return Reading(tuple(self.places), self.why)

    def _end(self) -> None:
        if self.frames:
            raise Unsure(_OPEN)

    def _after(self, count: int = 1) -> str:
        return self.body[self.at + 1 : self.at + 1 + count]

    def _found(self, standing: Standing) -> bool:
        match = PLACEHOLDER.match(self.body, self.at)
        if match is None:
            return False
        self.places.append(Place(match[1], match.start(), match.end(), standing))
        self.at = match.end()
        return True

    def _in_double_quotes(self) -> None:
        if self._found(Standing.DOUBLE):
            return
        character = self.body[self.at]
        if character == "`" or (character in DOUBLE_QUOTES and self._after() and self._after() in DOUBLE_QUOTES):
            self.at += 2
        elif character in DOUBLE_QUOTES:
            self.frames.pop()
            self.at += 1
        elif character == "$" and self._after() == "(":
            self.frames.append("$(")
            self.at += 2
        elif character == "$" and self._after() == "{":
            self._braced_variable()
        else:
            self.at += 1

    def _braced_variable(self) -> None:
        end = self.at + 2
        while end < len(self.body) and self.body[end] != "}":
            end += 2 if self.body[end] == "`" else 1
        if end >= len(self.body):
            raise Unsure(_OPEN)
        for match in PLACEHOLDER.finditer(self.body, self.at + 1, end + 2):
            self.why[match.start()] = "a value cannot be the name of a variable."
        self.at = end + 1

    def _in_code(self) -> None:  # noqa: PLR0912 - one branch per thing that can begin
        if PLACEHOLDER.match(self.body, self.at):
            self._bare()
            return
        character = self.body[self.at]
        if character == "`":
            self.at += 2
        elif _HERE.match(self.body, self.at):
            self._here_string()
        elif character in SINGLE_QUOTES:
            self._single_quoted()
        elif character in DOUBLE_QUOTES:
            self.frames.append('"')
            self.at += 1
        elif character == "$" and self._after() == "{":
            self._braced_variable()
        elif self.body.startswith("<#", self.at):
            end = self.body.find("#>", self.at + 2)
            if end < 0:
                raise Unsure(_OPEN)
            self._only_digits_until(end + 2)
        elif character == "#":
            self._comment()
        elif self.body.startswith("--%", self.at):
            raise Unsure("it stands behind “--%”, from where PowerShell does not read quotes.")
        elif character in "({":
            self.frames.append(character)
            self.at += 1
        elif character in ")}":
            self._closed(character)
        else:
            self.at += 1

    def _closed(self, character: str) -> None:
        wanted = {"(", "$("} if character == ")" else {"{"}
        if not self.frames or self.frames[-1] not in wanted:
            raise Unsure("it stands behind a bracket that does not match.")
        self.frames.pop()
        self.at += 1

    def _bare(self) -> None:
        match = PLACEHOLDER.match(self.body, self.at)
        if match is None:
            return
        before, after = self.body[self.at - 1 : self.at], self.body[match.end() : match.end() + 1]
        if (self.at and before not in _BEFORE) or (after and after not in _AFTER):
            self.why[self.at] = (
                'something is written right beside it. Put the whole into double quotes: "C:\\{{folder}}\\x".'
            )
        elif self._is_command():
            self.why[self.at] = "a value cannot be the command. Name the command, and let the value be its argument."
        else:
            self.places.append(Place(match[1], match.start(), match.end(), Standing.BARE))
        self.at = match.end()

    def _is_command(self) -> bool:
        """Behind the call operators & and . a text is run."""
        return re.search(r"(?:^|[\s;{(|=])[&.]\s*$", self.body[max(0, self.at - 80) : self.at]) is not None

    def _comment(self) -> None:
        if self.at and self.body[self.at - 1] not in _WORDS_BEFORE_COMMENT:
            raise Unsure(
                "it stands behind a “#” in the middle of a word, where FlowPilot cannot tell whether a comment begins."
            )
        end = self.body.find("\n", self.at)
        self._only_digits_until(len(self.body) if end < 0 else end)

    def _only_digits_until(self, end: int) -> None:
        for match in PLACEHOLDER.finditer(self.body, self.at, end):
            self.places.append(Place(match[1], match.start(), match.end(), Standing.DIGITS))
        self.at = end

    def _single_quoted(self) -> None:
        found: list[Place] = []
        self.at += 1
        while self.at < len(self.body):
            match = PLACEHOLDER.match(self.body, self.at)
            character = self.body[self.at]
            if match:
                found.append(Place(match[1], match.start(), match.end(), Standing.SINGLE))
                self.at = match.end()
            elif character not in SINGLE_QUOTES:
                self.at += 1
            elif self._after() and self._after() in SINGLE_QUOTES:
                self.at += 2
            else:
                self.at += 1
                self.places += found
                return
        raise Unsure(_OPEN)

    def _here_string(self) -> None:
        match = _HERE.match(self.body, self.at)
        if match is None:
            return
        single = match[1] in SINGLE_QUOTES
        end = re.compile(rf"\n[{SINGLE_QUOTES if single else DOUBLE_QUOTES}]@").search(self.body, match.end() - 1)
        if end is None:
            raise Unsure(_OPEN)
        inside = self.body[match.end() : end.start()]
        if not single and "$(" in inside:
            raise Unsure("it stands behind a here-string with “$(…)” in it, which FlowPilot cannot follow.")
        for found in PLACEHOLDER.finditer(inside):
            self.why[match.end() + found.start()] = "it stands in a here-string. Put the value into a variable first."
        self.at = end.end()


def read(body: str) -> Reading:
    """Where the placeholders of a PowerShell script stand, and its quoted texts."""
    return _PowerShell(body).read()
