"""Secrets that a word announces: "the password is …", "pw: …", "admin / …"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from core.secrets.secret import Secret


def announced(text: str) -> Iterator[Secret]:
    """The secrets in `text` that the words before them announce, in no order."""
    for kind, words in _ANNOUNCED:
        for pattern in _announcing(words):
            yield from _announced_by(pattern, text, kind, words)


_WORDS_FOR_IT = (
    r"pass ?words?|passw|passwd|pwd|pw|pass|pass ?phrases?|pass ?codes?|pwort|passwort|kennwort|passwoord|wachtwoord|contraseñas?|"
    r"mot de passe|parola|senha|default login|temp(?:orary)? login"
)
_NETWORK = r"psk|pre-?shared ?keys?|(?:wi-?fi|wlan|wireless|network|wpa2?|wpa3|security) ?key|shared ?secret"
_KEY = (
    r"(?:api|access|account|secret|auth|client|storage|subscription|encryption)[ _-]?keys?|(?:client|app|consumer)[ _-]?secret|secret|"
    r"(?:api|access|auth|bearer|refresh|bot|session|id)[ _-]?tokens?|_?authtoken|token"
)
_CODE = r"pin|pin ?code|puk|otp|one[ -]?time ?(?:code|password)|(?:verification|security|mfa|2fa|sms|authenticator|unlock) ?code"
_PAIR = r"credentials?|creds|log ?in|logon|sign ?in|user(?:name)?|account"

_ANNOUNCED = (
    ("password", _WORDS_FOR_IT),
    ("network key", _NETWORK),
    ("key", _KEY),
    ("code", _CODE),
    ("password", _PAIR),
)

_QUOTE = "\"'`“”‘’«»"
_VALUE = rf"(?P<open>[{_QUOTE}]?)(?P<value>[^\s{_QUOTE}]{{3,120}})"
_QUOTED = rf"[{_QUOTE}](?P<quoted>[^\n{_QUOTE}]{{3,120}})[{_QUOTE}]"


@cache
def _announcing(words: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """`word`, what joins it to the secret (a sign, a verb, nothing), and the next word or quoted words.

    The second pattern is the same with "for the guest wifi" in between.
    """
    about = r"(?:\s+(?:for|of|to|on|at|von|für|pour|de)\s+(?:[^\s:=]{1,40}\s+){0,4}?[^\s:=]{1,40})"
    sign = r"[\"'`]?\s{0,3}(?P<sign>:=|=>|->|→|[:=]|(?<=\s)[-–](?=\s))\s{0,3}"
    verb = (
        r"(?:\s+|(?=['’]s))(?P<verb>(?:is|['’]s|was|now|ist|lautet|est|es|should be|will be|has been|been|set|reset|changed|"
        r"temporarily|currently|still|"
        r"it'?s|to|with|as)(?:\s+(?:is|now|set|reset|changed|to|as|still|currently|temporarily|be|been)){0,4})[\s:]{1,3}"
    )
    nothing = r"(?P<bare>\s{1,3})"
    begin, end = rf"(?i)(?<![A-Za-z0-9])(?P<word>{words})", rf"(?:{_QUOTED}|{_VALUE})"
    return re.compile(rf"{begin}(?:{sign}|{verb}|{nothing}){end}"), re.compile(rf"{begin}{about}(?:{sign}|{verb}){end}")


def _announced_by(pattern: re.Pattern[str], text: str, kind: str, words: str) -> Iterator[Secret]:
    at = 0
    while found := pattern.search(text, at):
        at = found.end("word")
        if found["quoted"] is not None:
            start, value, quoted = found.start("quoted"), found["quoted"], True
        else:
            start, value, quoted = found.start("value"), found["value"], bool(found["open"])
        if words == _PAIR:
            # jane / Winter24!   admin:Winter24!
            pair = re.compile(rf"(?:[\w.@\\-]{{1,60}}\s*[/:|]\s*)(?P<value>[^\s{_QUOTE}]{{4,120}})").match(text, start)
            if pair is None or not _strong(_bare(pair["value"]), said=False) or "//" in pair[0]:
                continue
            start, value, quoted = pair.start("value"), pair["value"], False
            yield Secret(kind, start, start + len(_bare(value)))
            continue
        value = _bare(value)
        before = text[max(0, found.start("word") - 1) : found.start("word")]
        if _is_secret(value, words, found, quoted=quoted, in_script=before in {"$", "-"}):
            yield Secret(kind, start, start + len(value))
            at = max(at, start + len(value))


def _bare(value: str) -> str:
    """Without the sentence's own marks behind it; a ! or ? may well belong to a password."""
    return value.rstrip(".,;:)]}>" + _QUOTE) or value


def _is_secret(value: str, words: str, found: re.Match[str], *, quoted: bool, in_script: bool) -> bool:
    if len(value) < 3 or _PLACEHOLDER.match(value) or (in_script and _CODE_VALUE.match(value)):
        return False
    if found["sign"] and _CODE_VALUE.match(value) and found["sign"] == "=":
        return False
    if words == _CODE:
        named = bool(found["sign"] or found["verb"])
        return named and bool(re.fullmatch(r"\d{4,8}|\d{3}-\d{3}|(?=.*\d)[A-Z0-9]{6,8}", value))
    if words == _KEY and (len(value) < 8 or not re.search(r"\d", value)):
        return False
    if quoted and (found["sign"] or found["verb"]):
        return len(value) >= 4 and not _prose(value)
    verb = (found["verb"] or "").casefold()
    said = bool(found["sign"]) or bool(re.search(r"\b(?:is|s|set|reset|changed|as|now|ist|lautet|est|es)\b", verb))
    if _strong(value, said=said, is_key=words == _KEY):
        return True
    if found["sign"]:
        return words != _KEY and not _prose(value) and _alone(found) and (len(value) >= 4)
    if (
        found["verb"]
        and words in (_WORDS_FOR_IT, _NETWORK)
        and re.search(r"(?i)\b(?:is|ist|lautet|est|es|to|it'?s)$", found["verb"])
    ):
        # "the password is sunshine." at the end of a sentence, but not "the password is wrong"
        return (
            _alone(found)
            and not _prose(value)
            and bool(re.search(r"(?i)\b(?:is|ist|lautet|est|es|it'?s)\b", found["verb"]))
        )
    return False


def _alone(found: re.Match[str]) -> bool:
    """Nothing more stands in the sentence behind the value."""
    behind = found.string[found.end() : found.end() + 60]
    return (
        bool(
            re.match(
                rf"[.,;!?)\]{_QUOTE}]*[ \t]*(?:$|\n|[,;|/]|(?:and|und|but|for|user|please|pls|thanks|login)\b)", behind
            )
        )
        or found[0][-1] in ",;."
    )


def _strong(value: str, *, said: bool, is_key: bool = False) -> bool:
    """Whether nobody would write this but as a secret: letters with digits or signs, not the name or number of a thing.

    `said`: the text says outright that a secret follows, so what might be a machine's name is taken too; keys may also be hashes or ids.
    """
    if len(value) < 6 or _NAMED.fullmatch(value) or _THING.fullmatch(value):
        return False
    if (not is_key and _HASH.fullmatch(value)) or (not said and _ASSET.fullmatch(value)):
        return False
    letters = re.search(r"[^\W\d_]", value)
    digits, signs = re.search(r"\d", value), re.search(r"[!@#$%^&*?~+=|]", value)
    capitals = re.search(r"[a-z].*[A-Z]|[A-Z].+[a-z].*[A-Z]", value)
    if not letters:
        return bool(digits and signs)
    if signs and not digits:
        return bool(re.search(r"[!@#$%^&*?~+=|](?=.)", value)) or bool(capitals)
    return bool(digits)


_PLACEHOLDER = re.compile(
    r"(?x)[*•xX.…_-]{3,}[.!]?$ | \{\{ | <[^>]*>?$ | \[ | %\w+%?$ | \$\{ | \$\( | \(",
)
# In a script: a variable, a call, a member, a literal that is no text.
_CODE_VALUE = re.compile(
    r"(?x)\$[A-Za-z_][\w:.\[\]-]*$ | [A-Za-z_][\w.]*[(\[] | [A-Z][a-z]+-[A-Z]\w+ | "
    r"(?i:none|null|true|false|string|str|securestring)[,;)]*$ | os\.|self\."
)

# Names of things that have digits or signs in them.
_NAMED = re.compile(
    r"""(?ix)
    (?:office|o|m|microsoft|ms)-?365 | windows-?\d+ | win\d+ | server-?\d{2,4} | exchange-?\d+ | sql-?\d* | outlook-?\d+ | word\d+ | excel\d+
    | md5 | sha-?\d+ | ipv[46] | wpa\d | ntlmv\d | tlsv?[\d.]+ | 1password | 2fa | mp[34] | base64 | aes-?\d+ | ps[145] | vm\d+ | usb-?c?\d*
    | \d+(?:st|nd|rd|th|h|hrs?|min|mins|sec|s|days?|weeks?|months?|chars?|characters?|x|times|pm|am|kb|mb|gb)
    """
)
# Shapes of ordinary things: addresses, paths, files, hosts, versions, ids, hashes, dates, phones, mail.
_THING = re.compile(
    r"""(?ix)
    [a-z][\w+.-]*://\S+ | (?:[a-z]:)?[\\/]\S+ | \S+\\\S+ | [\w.+-]+@[\w-]+(?:\.[\w-]+)+ | [@#][\w.-]+ | <\S*
    | [\w-]+(?:\.[\w-]+)+(?::\d+)? | \d[\d.,:/+-]* | v\d[\w.]*
    """
)
_HASH = re.compile(
    r"(?i)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12} | (?:0x)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}) | 0x[0-9a-f]+".replace(
        " ", ""
    )
)
# What is counted and labelled in an office.
_ASSET = re.compile(
    r"""(?ix)
    (?:srv|pc|laptop|lap|dc|nb|ws|desktop|host|vm|sw|ap|prn|printer|server|ticket|case|inc|req|ref|user|emp|id|kb|cve|error|event|room|floor)[-_]?[\w-]*\d[\w-]*
    | [a-z]{1,4}-?\d{1,6} | [a-z]+(?:-[a-z]+)*-\d{1,4} | [a-z]+(?:/[a-z]+)+\d*
    """
)


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PROSE_WORDS = _listed(
    """a about above accepted account accounts active again ago all also always an and any anymore anyone app are as asap
    ask asks at attached available bad be because been before being below blank blocked broken but by can cannot case
    change changed changes changing chosen circulated clear clearly complex compromised confirmed control copied
    correct correctly could created current currently cycle default defined deleted denied details did different
    disabled displayed do does doesn doing done due during easy either email emailed empty encrypted enabled enter
    entered error errors even every ever exact exactly exceeded exists expire expired expires expiring expiry fail
    failed failing fails failure field fine for force forced forgot forgotten found from generated generator get gets
    getting given gone good got had has hash have he help her here hi hidden him his history how i if ignored in
    incorrect info information initial inside instead invalid is issue issues it its itself just kept kind known later
    least length let letters like limit list listed locked login long longer looks lost mail manager managers me
    mentioned message met might mine minimum mismatch missing must my myself need needed needs never new next no none
    not nothing notice now null of off ok okay old on once one ones only onto open option optional or other our out
    over own page part pending please policy problem problems prompt prompts protected protection provided public
    quite random ready really receive received refused rejected removed required requirement requirements requires
    reset resets resetting right rotated same saved screen secure see seems sent set settings several shared she
    should shown shows simple since so some something somewhere soon sorry specified static still stored strong stuck
    such supplied support sync synced synchronised synchronized taken temporary than thanks that the their them then
    there these they this those though through tied till to today together tomorrow too tried try trying twice typed
    unable unchanged under unique unknown until up update updated upon us use used user users uses using valid vault
    verified via wait was way we weak well were what when where which while who why will with within without won work
    worked working works would wrong wrote yes yesterday yet you your yours abgelaufen falsch zurücksetzen vergessen
    nicht incorrecto expirado oublié expiré invalide tbd tba unset n/a na same-as-before unchanged keepass bitwarden
    lastpass dashlane keeper keychain hudu glue itglue passportal azure entra okta duo ad sso mfa vpn wifi outlook
    teams"""
)
_PROSE_END = re.compile(r"(?i)[a-z'’-]{3,}(?:ed|ing|ly|able|ible|ive|tion|ment|n['’]t)$")


def _prose(value: str) -> bool:
    """Whether an ordinary sentence may have this where a password could stand."""
    words = [word.strip(".,;:!?'’\"").casefold() for word in re.split(r"\s+", value)]
    if len(words) > 1:
        return sum(word in _PROSE_WORDS for word in words) * 2 >= len(words)
    return words[0] in _PROSE_WORDS or bool(_PROSE_END.fullmatch(words[0])) or bool(_THING.fullmatch(value))
