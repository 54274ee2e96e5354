"""Small checks, from which Slack's limits are composed.

Each is called with a value and its JSON pointer, and yields sentences in the form of response_metadata.messages.
"""

from collections.abc import Callable, Iterator, Mapping

from bot.sandbox.wire import items, obj

Check = Callable[[object, str], Iterator[str]]


def problem(sentence: str, pointer: str) -> str:
    """Return a line as it stands in response_metadata.messages."""
    return f"[ERROR] {sentence} [json-pointer:{pointer}]"


def string(most: int, least: int = 1) -> Check:
    """A string of least to most characters."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", pointer)
        elif len(value) > most:
            yield problem(f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            yield problem(f"must be more than {least - 1} characters", pointer)

    return check


def one_of(*allowed: object) -> Check:
    """One of the given constants."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of {', '.join(map(str, allowed))}", pointer)

    return check


def number(least: int, most: int) -> Check:
    """A whole number within the bounds."""

    def check(value: object, pointer: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            yield problem(f"must be a number from {least} to {most}", pointer)

    return check


def flag(value: object, pointer: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield problem("must be a boolean", pointer)


def anything(_value: object, _pointer: str) -> Iterator[str]:
    """A part whose inside is not looked at."""
    return iter(())


def array(each: Check, least: int, most: int) -> Check:
    """A list of least to most members, each of which passes the check."""

    def check(value: object, pointer: str) -> Iterator[str]:
        members = items(value)
        if not isinstance(value, list):
            yield problem("must be an array", pointer)
            return
        if len(members) > most:
            yield problem(f"no more than {most} items allowed", pointer)
        if len(members) < least:
            yield problem(f"must have at least {least} items", pointer)
        for place, member in enumerate(members):
            yield from each(member, f"{pointer}/{place}")

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with all the required fields, perhaps the optional ones, and no other."""
    known = {**required, **(optional or {})}

    def check(value: object, pointer: str) -> Iterator[str]:
        fields = obj(value)
        if not isinstance(value, dict):
            yield problem("must be an object", pointer)
            return
        for name in required:
            if name not in fields:
                yield problem(f"missing required field: {name}", pointer)
        for name, inner in fields.items():
            if name in known:
                yield from known[name](inner, f"{pointer}/{name}")
            else:
                yield problem(f"additional property not allowed: {name}", pointer)

    return check


def typed(kinds: Mapping[str, Check], what: str) -> Check:
    """An object whose `type` picks the check; what names such an object in the sentence for an unknown type."""

    def check(value: object, pointer: str) -> Iterator[str]:
        kind = obj(value).get("type")
        if not isinstance(kind, str):
            yield problem(f"{what} needs a type", pointer)
        elif kind not in kinds:
            yield problem(f"unsupported type of {what} here: {kind}", f"{pointer}/type")
        else:
            yield from kinds[kind](value, pointer)

    return check


def both(*checks: Check) -> Check:
    """All of the checks, one after the other."""

    def check(value: object, pointer: str) -> Iterator[str]:
        for each in checks:
            yield from each(value, pointer)

    return check
