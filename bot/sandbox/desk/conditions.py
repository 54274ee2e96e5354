"""The conditions of ConnectWise's lists, as far as anybody here uses them; anything else is refused loudly."""

import re
from collections.abc import Callable

from bot.sandbox.wire import Json, obj

Test = Callable[[Json], bool]
TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|(\(|\)|,|=)|([A-Za-z_/]+)|(\d+))')


class Unreadable(ValueError):
    """A condition that this desk does not understand; its argument says where."""


def condition(text: str) -> Test:
    """Return the test that `text` states; an empty one lets everything pass. Raises Unreadable."""
    if not text.strip():
        return lambda _: True
    reader = Reader(tokens(text))
    test = reader.either()
    if reader.left:
        raise Unreadable(f"what follows {reader.left[0]!r}")
    return test


def tokens(text: str) -> list[str]:
    """Split a condition into its words. Raises Unreadable."""
    found: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise Unreadable(text[at : at + 20])
        found.append(match[0].strip())
        at = match.end()
    return found


def looked_up(entry: Json, path: str) -> object:
    """Return the value at a path such as board/id."""
    first, _, rest = path.partition("/")
    value = entry.get(first)
    return looked_up(obj(value), rest) if rest else value


class Reader:
    """Reads a condition from left to right."""

    def __init__(self, left: list[str]) -> None:
        self.left = left

    def either(self) -> Test:
        """Read one or more conditions between which `or` stands."""
        tests = [self.every()]
        while self.take("or"):
            tests.append(self.every())
        return lambda entry: any(test(entry) for test in tests)

    def every(self) -> Test:
        """Read one or more conditions between which `and` stands."""
        tests = [self.one()]
        while self.take("and"):
            tests.append(self.one())
        return lambda entry: all(test(entry) for test in tests)

    def one(self) -> Test:
        """Read a comparison, or what stands in parentheses."""
        if self.take("("):
            inside = self.either()
            self.need(")")
            return inside
        path, word = self.next(), self.next()
        if word == "=":
            value = self.value()
            return lambda entry: looked_up(entry, path) == value
        if word == "contains":
            wanted = str(self.value()).lower()
            return lambda entry: wanted in str(looked_up(entry, path) or "").lower()
        if word == "in":
            self.need("(")
            values = [self.value()]
            while self.take(","):
                values.append(self.value())
            self.need(")")
            return lambda entry: looked_up(entry, path) in values
        raise Unreadable(word)

    def value(self) -> object:
        """Read a literal."""
        word = self.next()
        if word.startswith('"'):
            return re.sub(r"\\(.)", r"\1", word[1:-1])
        if word in ("true", "false"):
            return word == "true"
        if word.isdigit():
            return int(word)
        raise Unreadable(word)

    def next(self) -> str:
        """Take the next word."""
        if not self.left:
            raise Unreadable("the end")
        return self.left.pop(0)

    def take(self, word: str) -> bool:
        """Take the next word if it is this one."""
        if self.left and self.left[0] == word:
            self.left.pop(0)
            return True
        return False

    def need(self, word: str) -> None:
        """Take the next word, which must be this one."""
        if not self.take(word):
            raise Unreadable(f"{word} is missing")
