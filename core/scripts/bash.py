"""Reads bash as far as it takes to know where quotes begin and end. What it cannot follow it says, and then no value is put in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from core.scripts.bash_quotes import OPEN, Frame, Quotes
from core.scripts.parameters import PLACEHOLDER
from core.scripts.reading import Place, Reading, Standing, Unsure

_WORD_ENDS = " \t\n;&|()<>"
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)?")  # or nothing: [key]=value in an array
_PLAIN_SUBSCRIPT = re.compile(r"\[[A-Za-z0-9_@*$^!.:-]*\]")
# After these words a command begins, so what follows them would be one.
_BEFORE_COMMANDS = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "time", "{", "coproc"})
_HEREDOC = re.compile(r"<<(-?)[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([A-Za-z0-9_.+-]+))")
_EVALUATES = re.compile(
    r"\[\[.*\s-(?:eq|ne|lt|le|gt|ge|v)\s|\s-v\s|(?:^|[;&|({\s])\\?let\s|\b(?:declare|typeset|local|readonly|export)\s+-[A-Za-z]*i"
)
_NESTED_CASE = "it stands behind a “case” inside “$(…)”, where FlowPilot cannot tell what is quoted. Move it into a variable before."
# Bash goes on with the next line after such a mistake, and the next line may be the middle of a value.
_BROKEN = "an array of this script holds a bare ( ) < > & ; or |, which bash does not take."


@dataclass
class _Bash(Quotes):
    heredocs: list[tuple[bool, str]] = field(default_factory=list[tuple[bool, str]])

    def read(self) -> Reading:
        try:
            while self.at < len(self.body):
                self._step()
            self._end()
        except Unsure as unsure:
            start = 0 if str(unsure) in {OPEN, _BROKEN} else self.at
            self.places = [one for one in self.places if one.start < start]
            for match in PLACEHOLDER.finditer(self.body, start):
                self.why.setdefault(match.start(), str(unsure))
        return Reading(tuple(map(self._evaluated, self.places)), self.why)

    def _end(self) -> None:
        if len(self.frames) > 1 or self.heredocs:
            raise Unsure(OPEN)

    def _evaluated(self, place: Place) -> Place:
        """Where bash evaluates a text as arithmetic, and with it any command inside, nothing but digits is safe."""
        begin = self.body.rfind("\n", 0, place.start) + 1
        end = self.body.find("\n", place.end)
        line = self.body[begin : len(self.body) if end < 0 else end]
        return replace(place, standing=Standing.DIGITS) if _EVALUATES.search(line) else place

    def _step(self) -> None:
        match self._frame.kind:
            case '"':
                self._in_double_quotes()
            case "${":
                self._in_expansion()
            case "$((":
                self._in_arithmetic()
            case _:
                self._in_command()

    def _in_command(self) -> None:  # noqa: PLR0912 - one branch per thing that can begin
        frame, character = self._frame, self.body[self.at]
        if frame.kind == "array" and character in "(<>&;|":
            raise Unsure(_BROKEN)
        if character in " \t":
            self._end_word()
            self.at += 1
        elif character == "\n":
            self._end_word()
            self._command_over()
            self.at += 1
            self._skip_heredocs()
        elif character == "#" and frame.word < 0:
            end = self.body.find("\n", self.at)
            self._only_digits_until(len(self.body) if end < 0 else end)
        elif self.body.startswith("<<<", self.at):
            self._end_word()
            self.at += 3
        elif self.body.startswith("<<", self.at):
            self._heredoc()
        elif character in "<>" and self.body[self.at + 1 : self.at + 2] == "(":
            self._end_word()
            self.frames.append(Frame("("))
            self.at += 2
        elif character in "<>":
            if frame.word >= 0 and self.body[frame.word : self.at].isdigit():
                frame.word = -1  # 2> names a stream, it is no word of the command
            self._end_word()
            frame.target = True
            self.at += 1
        elif character in ";&|":
            self._end_word()
            self._command_over()
            self.at += 1
        elif character == "(":
            self._open_bracket()
        elif character == ")":
            self._close_bracket()
        else:
            self._in_word(character)

    def _in_word(self, character: str) -> None:
        frame = self._frame
        if frame.word < 0:
            frame.word = self.at
        if PLACEHOLDER.match(self.body, self.at):
            self._bare_placeholder()
        elif character == "\\":
            self.at += 2
        elif character == "'":
            self._single(self.at)
        elif self.body.startswith("$'", self.at):
            self.at += 2
            while self.at < len(self.body) and self.body[self.at] != "'":
                self.at += 2 if self.body[self.at] == "\\" else 1
            if self.at >= len(self.body):
                raise Unsure(OPEN)
            self.at += 1
        elif character == '"':
            self.frames.append(Frame('"'))
            self.at += 1
        elif character == "[" and _NAME.fullmatch(self.body[frame.word : self.at]) and not self._tests():
            self._subscript()
        elif self.body.startswith("$[", self.at):
            raise Unsure("it stands behind “$[…]”, an old form of arithmetic. Write “$((…))”.")
        elif not self._opens():
            self.at += 1

    def _tests(self) -> bool:
        """The [ of a test, which is a word of its own."""
        return self._frame.word == self.at and re.match(r"\[\[?\s", self.body[self.at : self.at + 3]) is not None

    def _subscript(self) -> None:
        """What stands in a[…]= is evaluated, blanks and brackets and all."""
        match = _PLAIN_SUBSCRIPT.match(self.body, self.at)
        if match is None:
            raise Unsure(
                "it stands in or behind a subscript that FlowPilot cannot follow. Put the subscript into a variable first."
            )
        self.at = match.end()

    def _single(self, start: int) -> None:
        end = self._end_of_single()
        inside = self.body[start + 1 : end - 1]
        for match in PLACEHOLDER.finditer(inside):
            self.places.append(Place(match[1], start + 1 + match.start(), start + 1 + match.end(), Standing.SINGLE))
        self.at = end

    def _bare_placeholder(self) -> None:
        frame = self._frame
        so_far = self.body[frame.word : self.at]
        assigns = _ASSIGNMENT.match(so_far) is not None
        if frame.listing:
            self._placeholder(Standing.WORDS if self._stands_alone(frame.word) else Standing.BARE)
        elif frame.fresh and not assigns:
            self.why[self.at] = "a value cannot be the command, or a part of its name."
            self.at += 1
        else:
            self._placeholder(Standing.BARE)

    def _stands_alone(self, word: int) -> bool:
        match = PLACEHOLDER.match(self.body, self.at)
        after = self.body[match.end() : match.end() + 1] if match else ""
        return word == self.at and (not after or after in _WORD_ENDS)

    def _end_word(self) -> None:
        frame = self._frame
        if frame.word < 0:
            return
        word, frame.word = self.body[frame.word : self.at], -1
        if frame.target:
            frame.target = False
            return
        if word == "case" and frame.fresh and any(one.kind in {"$(", "("} for one in self.frames):
            raise Unsure(_NESTED_CASE)
        if frame.fresh and not _ASSIGNMENT.match(word) and word not in _BEFORE_COMMANDS:
            frame.fresh = False
            frame.listing = False
        elif not frame.fresh and word == "in" and not frame.listing and self._loops():
            frame.listing = True

    def _loops(self) -> bool:
        line = self.body[self.body.rfind("\n", 0, self.at) + 1 : self.at]
        return re.search(r"(^|[;&|({\s])(for|select)\s+[A-Za-z_]\w*\s+in$", line) is not None

    def _command_over(self) -> None:
        frame = self._frame
        frame.fresh = True
        if frame.kind != "array":
            frame.listing = False

    def _open_bracket(self) -> None:
        frame = self._frame
        is_array = frame.word >= 0 and _ASSIGNMENT.fullmatch(self.body[frame.word : self.at]) is not None
        if is_array:
            self.frames.append(Frame("array", fresh=False, listing=True))
            self.at += 1
            return
        if self.body.startswith("((", self.at) and frame.word < 0:
            self.frames.append(Frame("$(("))
            self.at += 2
            return
        if frame.word >= 0 and self.body[frame.word : self.at][-1:] in tuple("@?*+!"):
            raise Unsure("it stands behind an extended pattern such as “@(…)”, which FlowPilot cannot follow.")
        self._end_word()
        self.frames.append(Frame("("))
        self.at += 1

    def _close_bracket(self) -> None:
        self._end_word()
        if self.heredocs:
            raise Unsure("it stands behind a here-document that FlowPilot cannot follow.")
        self.at += 1
        if self._frame.kind in {"$(", "(", "array"}:
            array = self.frames.pop().kind == "array"
            if not array and self._frame.word < 0:
                self._frame.fresh = True
            return
        self._command_over()  # the pattern of a case: what follows is a command

    def _heredoc(self) -> None:
        self._end_word()
        match = _HEREDOC.match(self.body, self.at)
        if match is None:
            raise Unsure("it stands behind a here-document that FlowPilot cannot follow.")
        self.heredocs.append((bool(match[1]), match[2] or match[3] or match[4]))
        self.at = match.end()
        if self.body[self.at : self.at + 1] not in {"", *_WORD_ENDS}:
            raise Unsure("it stands behind a here-document that FlowPilot cannot follow.")

    def _skip_heredocs(self) -> None:
        while self.heredocs:
            dashed, word = self.heredocs.pop(0)
            while True:
                if self.at >= len(self.body):
                    raise Unsure(OPEN)
                end = self.body.find("\n", self.at)
                end = len(self.body) if end < 0 else end
                line = self.body[self.at : end]
                for match in PLACEHOLDER.finditer(line):
                    self.why[self.at + match.start()] = (
                        "it stands in a here-document. Put the value into a variable first."
                    )
                self.at = min(end + 1, len(self.body))
                if (line.lstrip("\t") if dashed else line) == word:
                    break

    def _only_digits_until(self, end: int) -> None:
        for match in PLACEHOLDER.finditer(self.body, self.at, end):
            self.places.append(Place(match[1], match.start(), match.end(), Standing.DIGITS))
        self.at = end


def read(body: str) -> Reading:
    """Where the placeholders of a bash script stand, and its quoted texts."""
    return _Bash(body).read()
