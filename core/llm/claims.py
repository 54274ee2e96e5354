"""Words about how it went: what a person states clearly in a message, and what nobody may claim before a person has recorded it."""

from __future__ import annotations

import re

from core.llm.provider import JudgedOutcome

_SENTENCE = re.compile(r"[^.!?\n;]+(?:[.!?;]+(?=\s|$)|\n|$)|[^\n]+")

_IT = (
    r"(?:it|its|it['’]s|that|thats|that['’]s|this|everything|everybody|everyone|all|they|she|he|we|i|problem|issue|ticket|case|"
    r"(?:the )?(?:\w+ ){0,3}\w+)"
)
# ---- statements of people

_SUCCESS = re.compile(
    r"""(?ix)
    \b(?:that|this|it|which|restart\w*|reboot\w*|the\ (?:fix|script|change|update|restart|reboot|reset|reinstall\w*|driver))\ (?:has\ |did\ |seems\ to\ have\ |have\ )?
        (?:fixed|solved|resolved|sorted|cured|cleared|did|done)\ (?:it|that|this|the\ (?:\w+\ )?(?:problem|issue|trick|error)|the\ trick|things)\b
    | \b(?:that|this|it|which|the\ (?:fix|script))\ (?:has\ |did\ |just\ |really\ )?(?:worked|works)\b
    | \b(?:did\ the\ trick|works?\ (?:fine|now|again|perfectly|great|well|like\ a\ charm|as\ it\ should|as\ expected)|worked\ (?:perfectly|like\ a\ charm|great))\b
    | \b(?:it|everything|all|that|this|she|he|they|i|we|printer|printing|mail|email|outlook|vpn|wifi|teams|login|\w+)\ (?:is|are|'s|’s|was|came|am)\ (?:now\ |all\ |back\ )*
        (?:working|fixed|solved|resolved|sorted|running|printing|connected|syncing|synced|fine|ok|okay|good|up)\ ?(?:fine\ |well\ |properly\ |perfectly\ |up\ and\ running\ )*(?:again|now)?\b
    | ^\W*(?:(?:yes|yep|yeah|ok|okay|great|perfect|super|thanks|thank\ you|cheers|nice|awesome|brilliant|excellent)\W+)*(?:it\ |that\ |this\ |all\ |now\ |its\ |it['’]s\ )?
        (?:works|worked|working|fixed|solved|resolved|sorted|done\ and\ works)(?:\ (?:now|again|fine|great|perfectly|thanks|thank\ you|it|all\ good))*\W*$
    | \b(?:can|could)\ (?:now\ )?(?:print|log\ ?in|sign\ in|connect|send|receive|open|access|scan|save|see|hear|join|boot|start|map|reach|browse|work|sync)\b[^.!?]{0,40}\b(?:again|now|fine)\b
    | \b(?:no\ (?:more|further)|without)\ (?:errors?|problems?|issues?|prompts?|popups?|lockouts?|crash\w*|disconnects?|drops?)\b[^.!?]{0,30}(?:since|now|any\ ?more|after|so\ far|$)
    | \b(?:problem|issue|error|it)\ (?:is\ |has\ |'s\ |’s\ )?(?:gone|gone\ away|went\ away|disappeared)\b | \ball\ good\ (?:now|again)\b | \bback\ to\ normal\b | \bup\ and\ running\b
    | \b(?:funktioniert|geht|klappt)\ (?:jetzt|wieder|nun)\b | \b(?:ya\ funciona|[çc]a\ marche|werkt\ weer)\b
    """
)
_FAILURE = re.compile(
    r"""(?ix)
    \b(?:did\ ?n['’]?o?t|did\ not|didnt|does\ ?n['’]?o?t|does\ not|doesnt|has\ ?n['’]?o?t|hasnt|has\ not|wo\ ?n['’]?t|won['’]?t|still\ (?:not|ca\ ?n['’]?t|cannot|can['’]?t|wo\ ?n['’]?t|does\ ?n['’]?t|does\ not))\ (?:\w+\ ){0,2}?
        (?:help(?:ed)?|work(?:ed|ing)?|fix(?:ed)?|solve[d]?|change[d]?(?:\ anything)?|make\ (?:a|any)\ difference|resolve[d]?|do\ (?:it|anything|the\ trick)|print\w*|connect\w*|open\w*|load\w*|start\w*|sync\w*|log\ ?in|send|receive)\b
    | \bno\ (?:luck|change|difference|effect|improvement|joy|dice|success)\b | \bmade\ no\ difference\b | \bto\ no\ avail\b
    | \bstill\ (?:the\ )?(?:same|broken|failing|fails|happening|happens|down|stuck|locked|offline|crash\w*|getting|get|gets|shows?|showing|slow|an?\ (?:error|issue|problem)|broke|dead|there|persists?|have\ the|has\ the|having|asks?|asking|prompts?|prompting|freez\w*|disconnect\w*|unable|not\ \w+)\b
    | \b(?:same\ (?:error|problem|issue|thing|result|message|again|as\ before))\b | \b(?:problem|issue|error)\ (?:is\ )?(?:persists?|remains?|is\ back|came\ back|still\ there|returned|continues)\b
    | \b(?:it|that|this|fix|script|restart|reboot)\ (?:just\ )?(?:failed|fails)\b | \b(?:not|isn['’]?t|still\ not|nothing)\ (?:work(?:s|ed|ing)?|fixed|solved|resolved|changed|helped)\b
    | \b(?:came|is|it['’]s)\ back\ again\b | \bworse\ (?:now|than)\b | \bgeht\ (?:immer\ noch\ )?nicht\b | \bno\ funciona\b | \bne\ (?:marche|fonctionne)\ pas\b
    """
)
_PARTLY = re.compile(
    r"""(?ix)
    \b(?:works?|worked|working|fixed|fine|ok|good|solved)\b[^.!?\n]{0,40}\b(?:for|on|in)\ (?:only\ )?(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|some|most|half|a\ few|all\ but)\ (?:out\ )?(?:of\ )?\w+
    | \b(?:for|on)\ (?:\d+|one|two|three|four|five|six|some|most|half|a\ few)\ (?:out\ )?(?:of\ )?[^.!?\n]{0,40}\b(?:works?|worked|working|fixed|fine)\b
    | \b(?:partly|partially|half|mostly|sort\ of|kind\ of|almost|somewhat|only\ (?:for|on|in|when|if|with|until))\b[^.!?\n]{0,30}\b(?:works?|worked|working|fixed|solved|better|resolved)\b
    | \b(?:works?|worked|working|fixed|solved|resolved|fine|better)\b[^.!?\n]{0,20}\b(?:partly|partially|mostly|only\ (?:for|on|in|when|if|with|until))\b
    | \b(?:works?|worked|working|fixed|fine|prints?|connects?|can\ \w+|better)\b[^!?\n]{0,60}\b(?:but|except|however|though|although|apart\ from|just\ not|only)\b[^!?\n]{0,80}
        \b(?:still|not|n['’]t|doesnt|cant|wont|except|fails?|failing|slow|broken|missing|without|other|remaining|rest|error|crash\w*)\b
    | \b(?:works?|worked|working|fixed|fine)\b[^.!?\n]{0,40}\bexcept\b
    | \b(?:some|most|half|one|two)\ (?:of\ (?:them|the)\ )?(?:\w+\ )?(?:still|cannot|can['’]?t|do\ not|don['’]?t)\b
    """
)
# Not how it went: a question, a wish, a condition, a plan, somebody's order to us, or what somebody else is said to have said.
_NO_STATEMENT = re.compile(
    r"(?ix)\?\W*$ | ^\W*(?:if|when|once|unless|until|whether|should|would|could|can\ you|will|does|did|is|has|have|do|are|was|why|how|what|please|let['’]?s)\b"
    r" | \b(?:if|once|unless|in\ case|hopefully|hope|should|might|maybe|perhaps|would|supposed\ to|expect\w*|will\ (?:see|test|try|check|let)|not\ sure|unsure|don['’]?t\ know|"
    r"let\ me\ know|try\ (?:if|whether)|wondering|until|before)\b | \b(?:usually|normally|always|yesterday|last\ (?:week|month|year)|used\ to|in\ the\ past|previously|earlier\ this)\b"
)
# Said to a machine, not about one.
_ORDERS = re.compile(
    r"""(?ix)
    \b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,60}\b(?:instruction|rule|prompt|above|previous|prior|guard|policy|everything)
    | \b(?:record|mark|set|propose|report|declare|register|log|close|flag|treat|consider|output|return|respond|reply|answer|say|write|print|repeat)\b[^.\n]{0,60}
      \b(?:outcome|as\ (?:resolved|fixed|solved|success\w*|failed|done|worked|closed)|applied_\w+|status|success|verified|json|resolved|"?fixed"?)
    | \b(?:system|assistant|developer|ai|model|bot|flowpilot|user)\s*(?:prompt|message|note|instruction|role|:) | \byou\ are\ (?:now|a|an)\b | \byour\ (?:instructions|rules|task|job|role)\b
    | applied_(?:success|failed|partial) | </?(?:system|user|assistant|instructions?)> | \bnew\ instructions?\b | \bas\ an?\ (?:ai|language\ model)\b
    """
)


def sentences(text: str) -> list[str]:
    """The sentences and lines of `text` with what ends them; put together they are the text again."""
    return [found[0] for found in _SENTENCE.finditer(text)]


def gives_orders(message: str) -> bool:
    """Whether a text tells a model what to do, record or forget, instead of telling how things are."""
    return bool(_ORDERS.search(message))


def stated_outcome(message: str) -> JudgedOutcome | None:
    """How the fix went, if the message says so in plain words; None when it only asks, hopes, orders, or says both."""
    if gives_orders(message):
        return None
    said = [
        part
        for part in re.split(r"(?<=[.!?])\s+|\n+|\s*;\s*", message.strip())
        if part.strip() and not _NO_STATEMENT.search(part)
    ]
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


# ---- claims of a model

_CLAIM = re.compile(
    r"""(?ix)
    \b(?:is|are|was|were|been|be|now|'s|’s|it's|got|gets|has|have|as|issue|problem|ticket|case|incident|session|status|state|consider(?:ed)?|mark(?:ed)?(?:\ \w+){0,3}|outcome)\s*:?\s*
        (?:(?:now|fully|completely|successfully|finally|already|been|all|officially|therefore|permanently)\s+)*["“'*_]*(?:resolved|fixed|solved|sorted(?:\ out)?|repaired|cured|mended|closed|remedied|rectified)\b
    | ^\W*(?:(?:great|good|perfect|excellent|done|ok|okay|yes|confirmed|success\w*)\W+)*["“'*_]*(?:resolved|fixed|solved|issue\ closed|ticket\ closed|case\ closed|problem\ solved)\b
    | \b(?:i|we|this|that|it|which|you|the\ (?:\w+\ )?(?:fix|script|change|restart|reboot|update|reset))\ (?:have\ |has\ |had\ |'ve\ |’ve\ |just\ |already\ |successfully\ )*
        (?:resolved|fixed|solved|repaired|closed|remedied|rectified)\b
    | \b(?:problem|issue|ticket|everything|it|that|this|service|printer|mail|connection|user)\ (?:is|are|has\ been|now)\ (?:now\ |all\ |fully\ |back\ )*
        (?:working\ (?:again|now|normally|fine|properly|as\ expected)|back\ to\ normal|back\ up|up\ and\ running|restored|gone)\b
    | \b(?:closing|closed|resolving)\ (?:this|the|your)\ (?:ticket|case|session|issue|incident)\b | \bno\ (?:further|more)\ action\ (?:is\ )?(?:needed|required|necessary)\b
    | \b(?:fix|solution|resolution)\ (?:is|was|has\ been)\ (?:verified|confirmed|successful)\b | \b(?:verified|confirmed)\ (?:fixed|resolved|working|success\w*)\b
    | \b(?:recorded|marked|logged|set)\b[^.\n]{0,40}\b(?:success\w*|resolved|fixed|verified|worked)\b | \bsuccessfully\ (?:resolved|fixed|solved|applied|completed)\b
    | \bapplied_success\b
    """
)
_NO_CLAIM = re.compile(
    r"""(?ix)
    \?\W*$ | \b(?:if|once|when|whether|unless|until|till|after|before|in\ case|as\ soon\ as|so\ that|to\ see|make\ sure|ensure|verify|check|confirm|assum\w+|suppos\w+)\b
    | \b(?:should|would|could|may|might|can|will|must|likely|probably|possibly|perhaps|maybe|usually|often|typically|normally|commonly|sometimes|generally|tends?\ to|known\ to)\b
    | \b(?:not|never|n['’]t|cannot|without|isn['’]?t|hasn['’]?t|no\ longer|yet\ to|remains?|neither|nobody)\b | \bto\ be\ (?:fixed|resolved|solved)\b
    | \b(?:earlier|before|previous\w*|past|similar|another|other|last\ (?:time|week|month|year))\b[^.\n]{0,60}\b(?:fixed|solved|resolved|worked)\b
    | \b(?:were|was|are|is|been|be)\ (?:fixed|resolved|solved|closed)\ (?:in|by\ (?:microsoft|the\ vendor|installing|restarting|clearing|updating)|with\ (?:version|update|kb))\b
    | \bfixed[\ -](?:ip|address|size|width|disk|drive|line|price|rate|length|position)\b | \bresolved?\ (?:to|the\ (?:name|host|address|path|dns)|by\ dns|names?|via\ dns|correctly|addresses)\b
    | \b(?:lid|port|ports|window|app|apps|application|outlook|browser|door|document|file|program|programs|teams|excel|word|connection|tab|session)\ (?:is|are|be|was)\ (?:\w+\ )?closed\b | \bwith\ \w+\ closed\b
    | \b(?:what|which|anything)\b[^.\n]{0,20}\b(?:fixed|resolved|solved)\b
    """
)


def claims_success(sentence: str) -> bool:
    """Whether a sentence of ours says outright that something is resolved: not as a condition, a question, a hope, or the past of others."""
    return bool(_CLAIM.search(sentence)) and not _NO_CLAIM.search(sentence)
