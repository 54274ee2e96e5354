"""From a sentence to the terms that are compared: folded, joined where IT writes one word two ways, stemmed."""

import re
import unicodedata
from threading import Lock
from typing import Protocol, cast

import snowballstemmer

# Work is bounded by this, whatever is pasted: the problem stands at the beginning, logs and signatures come later.
READ_CHARACTERS = 4_000
_LONGEST_WORD = 40
_REMEMBERED_STEMS = 20_000

_WORD = re.compile(r"[^\W_]+")
# "jane's" is jane, "can't" is cant.
_APOSTROPHE = re.compile(r"['’](s\b)?")

# What IT people write in several words or spellings, as the one word that stands for it.
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"wi[\s-]?fi|wlan|wireless", "wifi"),
    (r"e[\s-]?mails?", "mail"),
    (r"log(?:ged|ging)?[\s-]?(?:in|on)(?:to)?|sign(?:ed|ing)?[\s-]?(?:in|on)(?:to)?|logins?|logons?", "login"),
    (r"lock(?:ed|ing|s)?[\s-]?(?:me\s|her\s|him\s|us\s)?outs?|keeps? locking", "lockout"),
    (r"(?:office|microsoft|ms)[\s-]?365|[om]365", "office365"),
    (r"blue[\s-]?screens?|bsod|stop code", "bluescreen"),
    (r"two[\s-]factor|multi[\s-]?factor|2fa|mfa|authenticator", "mfa"),
    (r"one[\s-]?drive", "onedrive"),
    (r"share[\s-]?point", "sharepoint"),
    (r"active directory", "ad"),
    (r"set(?:ting)?[\s-]?up", "setup"),
    (r"distribution (?:lists?|groups?)", "distributionlist"),
    (r"mail[\s-]?box(?:es)?", "mailbox"),
    (r"(?:new|another) (?:starters?|joiners?|hires?|employees?|interns?)|onboarding", "newstarter"),
    (r"hard[\s-]?(?:disk|drive)s?|hdd|ssd", "disk"),
    (r"(?:run(?:ning)? )?out of (?:disk )?space", "disk full"),
)
_PHRASE = re.compile("|".join(rf"(?P<p{n}>\b(?:{pattern})\b)" for n, (pattern, _) in enumerate(_PHRASES)))

_SAME = {
    "pw": "password", "pwd": "password", "passwd": "password", "passwords": "password", "pass": "password",
    "passcode": "password", "licence": "license", "licences": "license", "licensing": "license",
    "laptops": "laptop", "notebook": "laptop", "cert": "certificate", "certs": "certificate", "ssl": "certificate",
    "tls": "certificate", "dc": "ad", "printers": "printer", "printing": "print", "prints": "print",
    "screens": "screen", "display": "screen", "monitors": "monitor", "starter": "newstarter", "starters": "newstarter",
    "joiner": "newstarter", "joiners": "newstarter", "leavers": "leaver", "offboarding": "leaver",
    "upgrade": "update", "upgraded": "update", "upgrading": "update", "upgrades": "update",
    "mails": "mail", "pc": "computer", "pcs": "computer", "workstation": "computer", "apps": "app",
    "application": "app", "applications": "app", "sync": "synchronise", "syncing": "synchronise",
    "synced": "synchronise", "synchronize": "synchronise", "doesnt": "not", "dont": "not", "cant": "cannot",
    "wont": "cannot", "isnt": "not", "ntp": "time", "clock": "time", "crashes": "crash", "crashing": "crash",
    "headphones": "headset", "earphones": "headset", "folders": "folder", "adress": "address",
}  # fmt: skip


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that say nothing about the problem: the courtesies of a mail, its header, the roles in signatures.
_SILENT = _listed(
    """a an the i to is of and in it its for this that be are am as at or so s t ve ll re d m
    please pls plz hi hello dear hey guys team colleague colleagues thanks thank thx regards kind best kindly cheers
    morning afternoon evening good day today yesterday tomorrow week weeks
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december pm fw fwd sent subject cc ext importance high asap urgent
    log ticket tickets queue assign below attached following hesitate note
    engineer senior administrator officer analyst consultant developer tester manager director head lead specialist
    leader en se la si id st th"""
)

# Words that shape a sentence and hint at its meaning, but never carry it.
_QUIET = _listed(
    """about after again all also any because been before being but by can cannot could did do does doing from further
    had has have having he her here hers him his how if into just like may me more most my myself no nor not now off on
    once only other our ours out over own per same she should some such than their them then there these they those
    through too under until up us very via was we were what when where which while who whom why will with would you
    your yours help assist assistance support advise look know want need get got try make take give provide ask see go
    going come still yet always never ever one two something anything work issue problem"""
)


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


class Words:
    """Reads sentences into terms, remembering the stems it met: stemming is what costs, and words repeat. Any thread may ask."""

    def __init__(self) -> None:
        self._one_at_a_time = Lock()  # a stemmer works on the word it holds
        stemmer = cast(_Stemmer, snowballstemmer.stemmer("english"))
        self._stemmer = stemmer
        self._stems: dict[str, str] = {}
        self.quiet = frozenset(stemmer.stemWord(word) for word in _QUIET)

    def terms(self, text: str, limit: int) -> list[str]:
        """Return at most `limit` terms of `text` in their order; none when it says nothing."""
        plain = _APOSTROPHE.sub("", text[:READ_CHARACTERS].casefold())
        if not plain.isascii():
            apart = unicodedata.normalize("NFKD", plain)
            plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
        joined = _PHRASE.sub(lambda found: f" {_PHRASES[int((found.lastgroup or 'p0')[1:])][1]} ", plain)
        terms: list[str] = []
        for found in _WORD.finditer(joined):
            word = found[0][:_LONGEST_WORD]
            if word in _SILENT:
                continue
            terms.append(self._stem(_SAME.get(word, word)))
            if len(terms) == limit:
                break
        return terms

    def _stem(self, word: str) -> str:
        stem = self._stems.get(word)
        if stem is not None:
            return stem
        with self._one_at_a_time:
            if len(self._stems) >= _REMEMBERED_STEMS:
                self._stems.clear()
            stem = self._stems[word] = self._stemmer.stemWord(word)
            return stem
