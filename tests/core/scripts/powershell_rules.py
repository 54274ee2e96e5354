"""PowerShell's rules for quotes as its documentation has them (about_Quoting_Rules, about_Parsing), in a small reader of their own.

It knows only what the tests write: a line is a word followed by arguments, or `$x = (…)`. Anything else fails, so a value that left its quotes
cannot pass for one that stayed.
"""

from __future__ import annotations

SINGLE = {"'", "‘", "’", "‚", "‛"}
DOUBLE = {'"', "“", "”", "„"}


class _Text:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def sees(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def take(self, sign: str) -> None:
        assert self.sees(sign), f"{sign!r} expected, found {self.text[self.at : self.at + 40]!r}"
        self.at += len(sign)

    def one(self) -> str:
        assert self.at < len(self.text), "a quote is never closed"
        self.at += 1
        return self.text[self.at - 1]

    @property
    def next(self) -> str:
        return self.text[self.at : self.at + 1]


def arguments(script: str) -> list[list[list[str]]]:
    """The words of each argument of each line."""
    text, found = _Text(script), list[list[list[str]]]()
    while text.next:
        if text.sees("$x = ("):
            text.take("$x = (")
            found.append([_argument(text)])
            text.take(")")
        else:
            text.take("Say")
            line: list[list[str]] = []
            while text.sees(" "):
                text.take(" ")
                line.append(_argument(text))
            found.append(line)
        if text.next:
            text.take("\n")
    return found


def _argument(text: _Text) -> list[str]:
    if text.next in SINGLE:
        return [_single(text)]
    if text.next in DOUBLE:
        return [_double(text)]
    if text.sees("@("):
        text.take("@(")
        words: list[str] = []
        while not text.sees(")"):
            words.append(_single(text))
            if not text.sees(")"):
                text.take(", ")
        text.take(")")
        return words
    for name in ("$true", "$false"):
        if text.sees(name):
            text.take(name)
            return [name[1:].capitalize()]
    digits = ""
    while text.next and text.next in "-0123456789.":
        digits += text.one()
    assert digits, f"an argument expected, found {text.text[text.at : text.at + 40]!r}"
    return [digits]


def _single(text: _Text) -> str:
    """Between single quotes (any of the five) all is literal, and a quote is written as two in a row."""
    assert text.one() in SINGLE
    said = ""
    while True:
        character = text.one()
        if character in SINGLE:
            if text.next not in SINGLE or not text.next:
                return said
            said += text.one()
        else:
            said += character


def _double(text: _Text) -> str:
    """Between double quotes `$(…)` is run, here only a text; `$name` and the backtick are live, and nothing here writes them."""
    assert text.one() in DOUBLE
    said = ""
    while True:
        character = text.one()
        if character in DOUBLE:
            assert text.next not in DOUBLE or not text.next
            return said
        if character == "$":
            text.take("(")
            said += _single(text)
            text.take(")")
        else:
            assert character != "`", "live in double quotes"
            said += character
