"""Texts from outside on their way into mrkdwn: shown as they were typed, nothing in them comes alive. Pure."""

from __future__ import annotations

import re

# Slack knows no escape for these, and formats right through invisible characters: so each gives way to one that looks like it.
_LOOKS_LIKE = str.maketrans("*＊_＿~`｀:>＞", "∗∗ˍˍ∼ˋˋ∶››")
_AT_A_WORDS_EDGE = r"(?:(?<![^\W_])[{0}]|[{0}](?![^\W_]))"
_FORMATS = re.compile(
    _AT_A_WORDS_EDGE.format("*＊_＿~")  # inside a word (host_name) it is a letter like others
    + r"(?!(?<=\s.)\s)"  # between spaces it is a sign: 2 * 3
    + r"|[`｀]|^[>＞]",
    re.MULTILINE,
)
_SIGNS = re.compile("[*＊_＿~`｀>＞]")  # most texts have none of them, and every card escapes a dozen
_EMOJI_NAME = r":(?!\d\d?:)[\w+'-]+:"  # two digits are minutes
_EMOJI = re.compile(
    rf"(?<![^\W_])(?<!\w:){_EMOJI_NAME}|{_EMOJI_NAME}(?![^\W_])"
)  # inside a word (aa:bb:cc) it is an address


def escape(text: str) -> str:
    """`text` for mrkdwn: shown as it was typed, so nothing of somebody else's (mention, link, date, emphasis, quote, emoji) comes alive in it.

    `&`, `<` and `>` are escaped. A sign that would format is shown by its likeness; a text without such signs stays what it is.
    """
    dead = _FORMATS.sub(lambda found: found[0].translate(_LOOKS_LIKE), text) if _SIGNS.search(text) else text
    if dead.count(":") > 1:
        dead = _EMOJI.sub(lambda found: found[0].replace(":", "∶"), dead)
    return dead.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
