"""Values that want to leave their quotes, and scripts that make it hard to say where quotes are."""

from __future__ import annotations

import random
from decimal import Decimal

from core.scripts.parameters import Value

CANARY = "flowpilot-canary"
_ALPHABET = "ab '\"`$(){}[]<>|&;#!\\\n\t~*?%@=,./-^:éß語\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u200d\U0001f525"
_PIECES: tuple[str, ...] = (
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"'; touch {CANARY}; '",
    f'"; touch {CANARY}; "',
    f"' + __import__('os').system('touch {CANARY}') + '",
    f'" + __import__("os").system("touch {CANARY}") + "',
    f"'''; import os; os.system('touch {CANARY}')#",
    f"a[$(touch {CANARY})]",
    f"\ntouch {CANARY}\n",
    f"\\'$(touch {CANARY})",
    f"&& touch {CANARY} #",
    f"\u2019; New-Item {CANARY}; \u2018",
    f"'@\nNew-Item {CANARY}\n@'",
    "EOF",
    "{{v1}}",
    "{{key}}",
    "$'",
    '$"',
    "${IFS}",
    "!!",
    "\\",
    "'",
    "''",
    '"',
    "-rf",
    "%s%n",
    "",
)


def texts(count: int, seed: int) -> list[str]:
    """So many different texts, always the same for a seed: short and long ones, all of them hostile."""
    source = random.Random(seed)
    found: dict[str, None] = dict.fromkeys(_PIECES)
    found["'\"$`" * 2_500] = None
    while len(found) < count:
        parts = source.choices(_PIECES, k=source.randint(0, 3))
        parts += source.choices(_ALPHABET, k=source.randint(0, 12))
        source.shuffle(parts)
        found["".join(parts)] = None
    return list(found)[:count]


def values(count: int, seed: int) -> list[Value]:
    """So many values of every type."""
    source = random.Random(seed)
    words = texts(count, seed)
    found: list[Value] = []
    for word in words:
        match source.randint(0, 5):
            case 0:
                found.append(Decimal(source.randint(-(10**14), 10**14)).scaleb(-source.randint(0, 9)))
            case 1:
                found.append(source.random() < 0.5)
            case 2:
                found.append(tuple(source.choices(words, k=source.randint(0, 3))))
            case _:
                found.append(word)
    return found
