"""Finding passwords, keys and tokens in what people type, so that they can be taken out before anybody else sees the text.

Two kinds of evidence: formats that are unmistakable wherever they stand (tokens, key blocks, a password in an address), and words that
announce a secret ("the password is …"). After such a word a text is taken only if it looks like a secret, since tickets
are full of "password reset" and "the password is wrong".
"""

from __future__ import annotations

import re

from core.secrets.announced import announced
from core.secrets.formats import formatted
from core.secrets.secret import Secret

__all__ = ["LONGEST", "Secret", "find", "masked"]

_MARK = re.compile(r"\[[A-Za-z ]{2,20} removed\]")  # what `masked` put there

LONGEST = 200_000  # characters that are looked at; texts from outside are bounded far below


def find(text: str) -> tuple[Secret, ...]:
    """The secrets in the first `LONGEST` characters of `text`, in their order, none overlapping another."""
    whole = text[:LONGEST]
    marks = [mark.span() for mark in _MARK.finditer(whole)]
    every = (one for one in (*formatted(whole), *announced(whole)) if not any(a <= one.start < b for a, b in marks))
    found = sorted(every, key=lambda secret: (secret.start, -secret.end))
    apart: list[Secret] = []
    for secret in found:
        if apart and secret.start < apart[-1].end:
            if secret.end > apart[-1].end:  # one begins in another: they go together
                apart[-1] = Secret(apart[-1].kind, apart[-1].start, secret.end)
            continue
        apart.append(secret)
    return tuple(apart)


def masked(text: str) -> str:
    """`text` with `[password removed]` and the like in place of each secret; without secrets the same text."""
    kept: list[str] = []
    behind = 0
    for secret in find(text):
        kept += [text[behind : secret.start], f"[{secret.kind} removed]"]
        behind = secret.end
    return "".join([*kept, text[behind:]])
