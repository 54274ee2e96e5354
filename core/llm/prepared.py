"""What a text says of scripts of which nobody recorded that they were run: that they were prepared, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from core.llm.claims import CLAUSES, sentences
from core.llm.named import folded

_NAMED = "\ue000script"
"""What stands for the name of one of them; it reads as the word too."""
_SCRIPT = re.compile(r"\b(?:scripts?|skripte?s?|gui[oó]n|скрипт\w*)\b|スクリプト|脚本|스크립트", re.IGNORECASE)
_QUOTED = re.compile(rf"[\"“”„«»‘’'`]\s*{_NAMED}\s*[\"“”«»‘’'`]")
# In the languages that notes are likeliest in. What a sentence in another one says cannot be followed, so it does not pass.
_PREPARED = re.compile(
    r"prepar|prépar|vorbereit|voorbereid|förbered|forbered|przygotow|připrav|priprav|pregăt|подготов|підготов|hazırla|"
    r"filled in|generated|generiert|ausgefüllt|généré|generad|generat|gegenereerd|gerad[oa]|准备|準備|준비",
    re.IGNORECASE,
)
_DONE = (
    r"(?:(?:re-?)?ran|(?:re-?)?run|executed|launched|invoked|used|applied|started|triggered|deployed|performed|carried out|worked|completed|"
    r"finished|succeeded|ausgeführt|gestartet|gelaufen|lief|angewendet|angewandt|verwendet|benutzt|eingesetzt|exécut\w+|lancé\w*|utilis\w+|"
    r"appliqu\w+|ejecut\w+|utiliz\w+|usad\w+|usamos|aplicad\w+|aplicamos|esegu\w+|lanciat\w+|usat\w+|applicat\w+|uitgevoerd|gedraaid|gebruikt|"
    r"toegepast|gestart|execut(?:ad\w+|ou|amos))"
)
_TOLD = re.compile(rf"\b(?:{_DONE}|running|executing|using|applying|execution|ausführung)\b", re.IGNORECASE)
# "… was prepared and run": a clause that has its subject from the one before.
_GOES_ON = re.compile(
    rf"^\W*(?:(?:and|then|but|so|later|also|which|that|we|i|was|were|has|have|been|und|et|y|e|en|wir|nous|wurde|a|été)\b\W*)+{_DONE}\b",
    re.IGNORECASE,
)
_IT = re.compile(
    rf"\b{_DONE} (?:it|this|that|them|these)\b|"
    rf"\b(?:it|this|that|they|these|which) (?:was|were|has been|have been|is|got) (?:\w+ )?{_DONE}\b",
    re.IGNORECASE,
)
_NOT_SAID = re.compile(
    r"\b(?:not|never|cannot|nobody|whether|unless|until|before|to (?:be )?(?:re-?)?(?:run|execut|us|appl|start)\w*|can|could|should|may|might|"
    r"will|would|must|ready|if|nicht|nie|ob|kann|könnte|soll|sollte|muss|niemand|pas|jamais|peut|pourra|doit|no|nunca|puede|debe|non|mai|può|"
    r"deve|niet|nooit|kan|moet|não|pode)\b|n['’]t\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"^\W*(?:(?:please|then|next|first)\b\W*)*(?:(?:re-?)?run|execute|use|apply|start|launch|try|consider|check|review)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Prepared:
    """`names` are those of scripts of which nothing says that they were run, `others` what else a text may mean by such words. `is_cited`: the text
    rests on one of them. `unnamed`: a script without a name can only be one of them, or none that there is."""

    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    is_cited: bool = False
    unnamed: bool = False

    def told_as_run(self, text: str) -> bool:
        """Whether `text` says of one of them that it was run, or anything else than that it was prepared."""
        spoken_of = False
        marked = _instead(self.names, _NAMED, _instead(self.others, "something", folded(text)))
        for sentence in sentences(marked):
            is_named, is_script = _NAMED in sentence, bool(_SCRIPT.search(sentence.replace(_NAMED, "")))
            speaks = is_named or (is_script and (self.is_cited or self.unnamed))
            spoken_of = spoken_of or speaks or self.is_cited
            if _ADVICE.match(sentence):
                continue
            if (speaks and _says_run(sentence)) or (spoken_of and _says_it_was(sentence)):
                return True
            # A name may be words that mean something else as well; with one of these they do not.
            is_sure = is_script or self.is_cited or bool(_QUOTED.search(sentence))
            if speaks and (is_named or self.is_cited) and is_sure and not _PREPARED.search(sentence):
                return True
        return False


def speaks_of_one(text: str) -> bool:
    """Whether `text` speaks of any script."""
    return bool(_SCRIPT.search(text))


NO_SCRIPTS = Prepared()
"""Where no script is spoken of."""


def _says_run(sentence: str) -> bool:
    clauses = CLAUSES.split(sentence)
    about = [clause for clause in clauses if _SCRIPT.search(clause)]
    return any(_TOLD.search(one) and not _NOT_SAID.search(one) for one in about) or any(
        _GOES_ON.match(one) and not _NOT_SAID.search(one) for one in clauses
    )


def _says_it_was(sentence: str) -> bool:
    return any(_IT.search(one) and not _NOT_SAID.search(one) for one in (sentence, *CLAUSES.split(sentence)))


def _instead(names: Iterable[str], word: str, text: str) -> str:
    """`text` with `word` for each of the names, the longest first, however they are spaced and written."""
    whole = text
    for name in sorted({" ".join(folded(one).split()) for one in names}, key=len, reverse=True):
        if name:
            spaced = r"\s+".join(map(re.escape, name.split()))
            whole = re.sub(rf"(?<!\w){spaced}(?!\w)", word, whole, flags=re.IGNORECASE)
    return whole
