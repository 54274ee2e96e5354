"""Words about how it went: what a person states clearly in a message, and what nobody may claim before a person has recorded it."""

from __future__ import annotations

import re

from core.llm.provider import JudgedOutcome

_SENTENCE = re.compile(r"[^.!?\n;]+(?:[.!?;]+(?=\s|$)|\n|$)|[^\n]+")
_PARTS = re.compile(r"(?<=[.!?])\s+|\n+|\s*;\s*")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# ---- what people state

_NOT = r"(?:not|n['’]?t|cannot)"
_DONE = r"(?:fixed|solved|resolved|sorted|cured|cleared)"
_DEED = r"(?:that|this|it|which|(?:re\w+ing|(?:the )?(?:fix|script|change|update|restart|reboot|reset|reinstall|driver))(?: (?:the )?\w+){0,3}?)"
_HAS = r"(?:has |have |had |did |just |really |seems to have )?"
_DO = (
    r"(?:print|log ?in|sign in|connect|send|receive|open|access|scan|save|see|hear|join|boot|start|map|reach|"
    r"browse|work|sync|call|"
    r"install|login)"
)
_GOES = r"(?:working(?! (?:from|on|at|with|late|remotely|for|in|hours))|fixed|solved|resolved|sorted|fine|ok|okay|back|good)"

_SUCCESS = _any(
    rf"\b{_DEED} {_HAS}{_DONE} (?:it|that|this|things|the (?:\w+ )?(?:problem|issue|error))\b",
    rf"\b{_DEED} {_HAS}(?:worked|works)\b(?! (?:from|on|at|with|for|in|when|if)\b)",
    r"\b(?:did|done) the trick\b",
    r"\bworks? (?:fine|now|again|perfectly|great|well|like a charm|as (?:it should|expected|before))\b",
    rf"\b\w+(?: is| are|['’]s|s| was| came| am) (?:now |all |back |finally )*{_GOES}(?: (?:fine|well|properly|"
    rf"again|now))*\W*$",
    rf"\b\w+(?: is| are|['’]s| came) (?:now |all |back |finally )*(?:{_GOES}|running|printing|connected|syncing|"
    rf"up)(?: (?:fine|well|properly))* (?:again|now)\b",
    r"^\W*(?:(?:yes|yep|yeah|ok|okay|great|perfect|super|thanks|thank you|cheers|nice|awesome|brilliant|"
    r"excellent)\W+)*"
    r"(?:it |that |this |all |now |its |it['’]s )?(?:works|worked|working|printing|fixed|solved|resolved|sorted)"
    r"(?: (?:now|again|fine|great|perfectly|it|all good))*\W*(?:thanks?|thank you)?\W*$",
    r"^\W*(?:yes\W+)?(?:it |that |this )?(?:works|worked|fixed|solved)\s*[,.!:–-]",
    rf"\bcan (?:now )?{_DO}\b[^.!?]{{0,40}}\b(?:again|now|fine)\b",
    r"\b\w+s (?:again )?without (?:any )?(?:errors?|problems?|issues?|prompts?)\b",
    r"\bno (?:more|further) (?:errors?|problems?|issues?|prompts?|popups?|lockouts?|crash\w*|disconnects?|drops?)\b",
    r"\b(?:problem|issue|error|it)(?: is| has|['’]s)? (?:gone|disappeared|went away)\b",
    r"\ball good (?:now|again)\b|\bback to normal\b|\bup and running\b",
    r"\b(?:funktioniert|geht|klappt) (?:jetzt|wieder|nun)\b|\bya funciona\b|\b[çc]a marche\b|\bwerkt weer\b",
)
_FAILURE = _any(
    rf"\b(?:did|does|has|have|do|wo|would|is|was|still)(?: |['’])?{_NOT} (?:\w+ ){{0,2}}?"
    r"(?:help(?:ed)?|work(?:ed|ing)?|fix(?:ed)?|solved?|resolved?|changed?|make (?:a|any) difference|do (?:it|"
    r"anything|the trick))\b",
    rf"\bstill (?:can(?:not|['’]?t| not)|wo['’]?n['’]?t|won['’]?t|does(?: ?not|n['’]?t)|not)\b(?: {_DO}| \w+)?",
    r"\bno (?:luck|change|difference|effect|improvement|joy|dice|success)\b|\bto no avail\b|\bdid nothing\b",
    r"\bstill (?:the )?(?:same|broken|fail\w*|happen\w*|down|stuck|locked|offline|crash\w*|get(?:s|ting)?|"
    r"show(?:s|ing)?|slow|dead|there|persists?)\b",
    r"\bstill (?:an? (?:error|issue|problem)|(?:have|has|having) (?:the|this|that)|ask(?:s|ing)?|prompt(?:s|ing)?|"
    r"freez\w*|disconnect\w*|unable)\b",
    r"\bsame (?:error|problem|issue|thing|result|message|again|as before)\b",
    r"\b(?:problem|issue|error) (?:is )?(?:persists?|remains?|back|came back|still there|returned|continues)\b",
    r"\b(?:it|that|this|fix|script|restart|reboot) (?:just )?(?:failed|fails)\b",
    r"\b(?:isn['’]?t|nothing) (?:works?|worked|working|fixed|solved|resolved|changed|helped)\b",
    r"\bis back again\b|\bworse (?:now|than)\b|\bgeht (?:immer noch )?nicht\b|\bno funciona\b|\bne (?:marche|"
    r"fonctionne) pas\b",
)
_SOME = r"(?:\d+|one|two|three|four|five|six|some|most|half|a few|all but)"
_WORKS = r"(?:works?|worked|working|fixed|fine|solved|resolved|better)"
_PARTLY = _any(
    rf"\b{_WORKS}\b[^.!?\n]{{0,40}}\b(?:for|on|in) (?:only )?{_SOME} (?:out )?(?:of )?\w+",
    rf"\b(?:for|on) {_SOME} [^.!?\n]{{0,40}}\b{_WORKS}\b",
    rf"\b(?:partly|partially|half|mostly|sort of|kind of|almost|somewhat)\b[^.!?\n]{{0,30}}\b{_WORKS}\b",
    rf"\bonly (?:for|on|in|when|if|with|until|works?)\b[^.!?\n]{{0,30}}\b(?:{_WORKS}|over|on|in|with|when)\b",
    rf"\b{_WORKS}\b[^.!?\n]{{0,20}}\b(?:partly|partially|mostly|only (?:for|on|in|when|if|with|until))\b",
    rf"\b(?:{_WORKS}|prints?|connects?|can \w+)\b[^!?\n]{{0,60}}\b(?:but|except|however|though|although|"
    rf"apart from|just not)\b[^!?\n]{{0,80}}"
    r"\b(?:still|not|n['’]t|doesnt|cant|wont|except|on|for|fail\w*|slow|broken|missing|without|other|remaining|"
    r"rest|error|crash\w*|disconnects?)\b",
    rf"\b{_WORKS}\b[^.!?\n]{{0,40}}\bexcept\b",
    r"\b(?:some|most|half|one|two) (?:of (?:them|the) )?(?:\w+ )?(?:still|cannot|can['’]?t|do not|don['’]?t)\b",
)
# Not how it went: a question, a wish, a condition, a plan.
_NO_STATEMENT = _any(
    r"\?\W*$",
    r"^\W*(?:if|when|once|unless|until|whether|should|would|could|can you|will|does|"
    r"did(?! (?:the trick|nothing|not)\b| (?:it|that|this)(?:[,.;!]|$| and ))|"
    r"is|has|have|do|are|was|why|how|what|please|let['’]?s)\b",
    r"\b(?:if|once|unless|in case|hopefully|hope|should|might|maybe|perhaps|would|supposed to|not sure|unsure|"
    r"wondering|until|waiting)\b",
    r"\b(?:expect(?:ing|s)? (?:it|that|to)|will (?:see|test|try|check|let)|don['’]?t know|let me know|try (?:if|"
    r"whether)|before (?:i|we|you|it|that))\b",
    r"\b(?:usually|normally|always|yesterday|last (?:week|month|year)|used to|in the past|previously|earlier this)\b",
    rf"\b(?:have|did|has)(?: |['’])?{_NOT} (?:\w+ )?(?:try|tried|test|tested|check|checked)\b|"
    rf"\bhaven['’]?t (?:tried|tested|checked)\b",
)
# Said to a machine, not about one.
_ORDERS = _any(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,60}\b(?:instruction|rule|prompt|above|previous|"
    r"prior|guard|policy|everything)",
    r"\b(?:record|mark|set|propose|report|declare|register|log|close|flag|treat|consider|output|return|respond|"
    r"reply|answer|say|write|repeat|store|remember)\b[^.\n]{0,60}"
    r"\b(?:outcome|as (?:resolved|fixed|solved|success\w*|failed|done|worked|closed|established|(?:a )?fact)|"
    r"applied_\w+|status|success|verified|json|it works)\b",
    r"\b(?:system|assistant|developer|ai|model|bot|flowpilot)\s*(?:prompt|message|note|instruction|role|:)",
    r"\byou are (?:now|a|an)\b|\byour (?:instructions|rules|task|role)\b|\bnew instructions?\b|\bas an? (?:ai|"
    r"language model)\b",
    r"applied_(?:success|failed|partial)|</?(?:system|user|assistant|instructions?)>",
)


def sentences(text: str) -> list[str]:
    """The sentences and lines of `text` with what ends them."""
    return [found[0] for found in _SENTENCE.finditer(text)]


def gives_orders(message: str) -> bool:
    """Whether a text tells a model what to do, record or forget, instead of telling how things are."""
    return bool(_ORDERS.search(message))


def without_orders(text: str) -> str:
    """`text` without the sentences that tell a model what to do."""
    if not gives_orders(text):
        return text
    return " ".join(part for part in _PARTS.split(text) if not gives_orders(part))


def stated_outcome(message: str) -> JudgedOutcome | None:
    """How the fix went, if the message says so in plain words; None when it only asks, hopes, orders, or says both."""
    if gives_orders(message):
        return None
    said = [part for part in _PARTS.split(message.strip()) if part.strip() and not _NO_STATEMENT.search(part)]
    if not said:
        return None
    if any(_PARTLY.search(part) for part in said) or _PARTLY.search(" ".join(said)):
        return "applied_partial"
    failed = any(_FAILURE.search(part) for part in said)
    worked = any(_SUCCESS.search(part) and not _FAILURE.search(part) for part in said)
    if failed and worked:
        # "Restarted it, works again. Before that it still failed": told apart only by a person.
        return None
    return "applied_failed" if failed else "applied_success" if worked else None


# ---- what a model claims

_CLOSED = r"(?:resolved|fixed|solved|sorted(?: out)?|repaired|cured|mended|closed|remedied|rectified)"
_NOW = r"(?:(?:now|fully|completely|successfully|finally|already|been|all|officially|therefore|permanently|back)\s+)*[\"“'*_]*"
_THING = r"(?:problem|issue|ticket|case|incident|session|status|state|outcome|everything|it|that|this|service|printer|mail|connection|user)"
_CLAIM = _any(
    rf"\b(?:is|are|was|were|been|be|now|'s|’s|it's|got|gets|has|have|as|consider(?:ed)?|"
    rf"mark(?:ed)?(?: \w+){{0,3}})\s*:?\s*{_NOW}{_CLOSED}\b",
    rf"\b(?:problem|issue|ticket|case|incident|session|status|state|outcome)\s*:?\s*{_NOW}{_CLOSED}\b",
    r"^\W*(?:(?:great|good|perfect|excellent|done|ok|okay|yes|confirmed|success\w*)\W+)*(?:resolved|fixed|solved|"
    r"(?:issue|ticket|case) closed|problem solved)\b",
    rf"\b(?:i|we|this|that|it|which|you|the (?:\w+ )?(?:fix|script|change|restart|reboot|update|reset)) (?:have |"
    rf"has |had |'ve |’ve |just |already |successfully )*{_CLOSED}\b",
    rf"\b{_THING} (?:is|are|has been|now) {_NOW}(?:working (?:again|now|normally|fine|properly|as expected)|"
    rf"to normal|up|and running|restored|gone)\b",
    r"\b(?:closing|closed|resolving) (?:this|the|your) (?:ticket|case|session|issue|incident)\b",
    r"\bno (?:further|more) action (?:is )?(?:needed|required|necessary)\b",
    r"\b(?:fix|solution|resolution) (?:is|was|has been) (?:verified|confirmed|successful)\b",
    r"\b(?:verified|confirmed) (?:fixed|resolved|working|success\w*)\b",
    r"\b(?:recorded|marked|logged|set)\b[^.\n]{0,40}\b(?:success\w*|resolved|fixed|verified|worked)\b",
    r"\bworks (?:now|again)\b|\b(?:fix|script|restart|reboot|change) (?:has )?worked\b",
    r"\bsuccessfully (?:resolved|fixed|solved|applied|completed)\b|\bapplied_success\b",
)
CLAUSES = re.compile(r"(?<=[,:–—])\s+|\s+(?=(?:and|so|but|then)\b)")
# What stands before a claim and makes it conditional, in any clause of the sentence.
_CONDITION = _any(
    r"\b(?:if|once|when|whether|unless|until|till|after|before|in case|as soon as|so that|to see|make sure|ensure|"
    r"verify|check|assum\w+|suppos\w+)\b",
)
# What takes a claim back in its own clause: a possibility, a denial, what happened to others, another sense of the word.
_HEDGE = _any(
    r"\b(?:should|would|could|may|might|can|will|must|likely|probably|possibly|perhaps|maybe|usually|often|"
    r"typically|normally|commonly|sometimes|generally)\b",
    r"\b(?:tends? to|known to|to be (?:fixed|resolved|solved)|if|once|when|whether|unless|until|before|confirm)\b",
    r"\b(?:not|never|n['’]t|cannot|without|no longer|yet to|remains?|neither|nobody)\b",
    r"\b(?:earlier|past|previous\w*|similar|another|other|last (?:time|week|month|year))\b[^.\n]{0,60}\b(?:fixed|"
    r"solved|resolved|worked)\b",
    r"\b(?:were|was|are|is|been|be) (?:fixed|resolved|solved|closed) (?:in|by (?:microsoft|the vendor|installing|"
    r"restarting|clearing|updating)|with (?:version|update|kb))\b",
    r"\bfixed[ -](?:ip|address|size|width|disk|drive|line|price|rate|length|position)\b",
    r"\bresolved? (?:to|the (?:name|host|address|path|dns)|by (?:dns|the \w+ (?:server|driver))|by the (?:new|"
    r"internal|server)|names?|via dns|correctly|addresses)\b",
    r"\b(?:lid|ports?|window|apps?|application|outlook|browser|door|document|file|programs?|teams|excel|word|"
    r"connection|tab) (?:is|are|be|was) (?:\w+ )?closed\b",
    r"\bwith \w+ closed\b|\b(?:what|which|anything)\b[^.\n]{0,20}\b(?:fixed|resolved|solved)\b",
)


def claims_success(sentence: str) -> bool:
    """Whether a sentence of ours says outright that something is resolved: not as a condition, a question, a hope, or the past of others."""
    if re.search(r"\?\W*$", sentence):
        return False
    said = ""
    for clause in CLAUSES.split(sentence):
        said += f" {clause}"
        if _CLAIM.search(clause) and not _HEDGE.search(clause) and not _CONDITION.search(said):
            return True
    return False
