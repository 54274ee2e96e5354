"""What a text names that can be right or wrong: hosts, addresses, links, ticket numbers, people, and (for notes) numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

Kind = Literal["link", "address", "host", "ticket", "person", "number"]


@dataclass(frozen=True, slots=True)
class Named:
    """`key` is how sources are searched for it; `start` and `end` are places in the folded text."""

    kind: Kind
    key: str
    start: int
    end: int


def folded(text: str) -> str:
    """`text` as it is compared: one form of each letter, and the dots that people write as [.] to keep a link from living."""
    return re.sub(r"\[\.\]|\(\.\)|[。．｡]", ".", unicodedata.normalize("NFKC", text).replace("hxxp", "http"))


def named(text: str, *, numbers: bool = False) -> Iterator[Named]:
    """Everything of these kinds that `text` (folded) names, in no order; `numbers` only when asked for."""
    for kind, pattern in _SHAPES:
        for found in pattern.finditer(text):
            if kind == "host" and not _is_host(found["name"], text[found.start() - 1 : found.start()]):
                continue
            if kind == "address" and not _is_address(found["name"]):
                continue
            yield Named(kind, found["name"].rstrip(".,;:!?'\"`*_").casefold(), *found.span("name"))
    for pattern in _PEOPLE:
        for found in pattern.finditer(text):
            words = [word for word in found["name"].split() if word not in _NOT_PEOPLE]
            if words and found["name"].split()[0] not in _NOT_PEOPLE:
                yield Named("person", words[0].casefold(), *found.span("name"))
    if numbers:
        for found in _NUMBER.finditer(text):
            yield Named("number", found[0].replace(",", "").replace("\u202f", ""), *found.span())


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MACHINES = (
    r"srv|svr|server|dc|pc|lap|laptop|nb|ws|wks|desktop|win|host|vm|vmhost|sql|fs|file|dns|dhcp|rds|rdsh|ts|exch|"
    r"exchange|prn|prnt|print|"
    r"printer|ap|sw|switch|fw|firewall|rtr|router|gw|nas|san|esx|esxi|hv|hyperv|web|app|db|mail|mx|vpn|ctx|citrix|"
    r"mac|imac|mbp|tablet|"
    r"phone|kiosk|pos|backup|bkp|ad|adfs|wsus|sccm|rodc"
)
_TICKETS = (
    r"(?:service )?ticket|case|incident|problem record|change|request|sr|cw|rt|ref(?:erence)?|jira|zendesk|freshdesk"
)
_SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (cast(Kind, kind), re.compile(pattern))
    for kind, pattern in (
        ("link", r"(?i)(?P<name>\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\"'|)\]]{1,500})"),
        ("link", r"(?i)(?P<name>\b(?:javascript|data|mailto|vbscript|tel|slack|file):[^\s<>\"'|)\]]{1,500})"),
        ("link", r"(?i)(?<![\w.@/])(?P<name>www\.[\w-]+\.[^\s<>\"'|)\]]{1,500})"),
        ("address", r"(?i)(?<![\w.+-])(?P<name>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+)"),
        ("address", r"(?<![\w.-])(?P<name>\d{1,3}(?:\.\d{1,3}){3})(?![\w-]|\.\d)"),
        (
            "address",
            r"(?i)(?<![\w:])(?P<name>(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4}){0,4}|"
            r"[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,5}::[0-9a-f:]{0,20})(?![\w:])",
        ),
        ("address", r"(?i)(?<![\w:-])(?P<name>[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5})(?![\w:-])"),
        # A whole name; a share's server; a short name as machines get them; one that ends in what the machine is.
        ("host", r"(?<![\w.@/\\$%-])(?P<name>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})(?![\w(-]|\.\w)"),
        ("host", r"(?<![\w\\])\\\\(?P<name>[\w.-]{2,253})(?=\\|\s|$|[\"'`,;)])"),
        (
            "host",
            rf"(?i)(?<![\w.\\/@%$&-])(?P<name>(?:{_MACHINES})(?:[-_][a-z0-9_-]*\d[a-z0-9_-]*|"
            rf"\d{{2,}}[a-z0-9-]*))(?!\w|\.\w)",
        ),
        (
            "host",
            r"(?<![\w.\\/@%$&-])(?P<name>[A-Z]{2,6}(?:-[A-Z0-9]{2,12})*-"
            r"(?:SRV|DC|PC|WS|SQL|FS|LAP|NB|VM|HV|APP|DB|WEB|PRN|AP|SW|FW)[0-9-]*\d*)(?![\w-]|\.\w)",
        ),
        ("ticket", rf"(?i)\b(?:{_TICKETS})(?: (?:number|no\.?|id))?[ :]{{0,2}}#[ ]?(?P<name>[a-z]{{0,8}}-?\d{{1,12}})"),
        (
            "ticket",
            r"(?i)\b(?:ticket|case|incident|service request)(?: (?:number|no\.?|id))?[ :]{1,2}"
            r"(?P<name>[a-z]{0,6}-?\d{3,12})\b(?! ?(?:users?|people|minutes|hours|days))",
        ),
        ("ticket", r"(?i)(?<![\w&/])(?P<name>#\d{3,12})\b"),
        ("ticket", r"\b(?P<name>(?:INC|REQ|RITM|CHG|PRB|SCTASK|TASK|SR|CS|TKT|CASE)-?\d{3,12})\b"),
    )
)

_NUMBER = re.compile(r"(?<![\w.,])\d{1,3}(?:[,\u202f]\d{3})+(?:\.\d+)?(?![\w])|(?<![\w.])\d+(?:[.:]\d+)*(?![\w])|\d+")

# ---- hosts

_TOP = _listed(
    """com net org edu gov mil int info biz local lan internal corp intra intranet home arpa io cloud online site
    website tech xyz top shop store support services solutions systems group company agency network email world
    global team club eu uk de fr it es nl be ch at pl cz dk no se fi ie pt gr hu ro bg sk si hr lt lv ee us ca
    mx br ar cl au nz jp cn in kr sg hk tw za ru ua tr il ae ma co me tv cc to ly gl gg onion test example
    invalid localhost localdomain domain"""
)
# As endings of two-part names these are rather files, functions or products.
_RATHER_FILES = frozenset(
    [
        "com",
        "cc",
        "md",
        "in",
        "it",
        "at",
        "no",
        "so",
        "is",
        "me",
        "us",
        "be",
        "to",
        "team",
        "group",
        "home",
        "network",
        "email",
        "support",
        "store",
        "services",
    ]
)
_NO_HOSTS = re.compile(
    r"(?i)(?:asp|ado|vb|paint|ml|f|windows|microsoft|system|office|dot)\.net|\.?net|node\.js|e\.g|i\.e|"
    r"(?:system|microsoft|windows|management|net|com|org|java|javax)(?:\.[a-z]\w*)+|[\w-]*\d+\.[\d.]*"
)
_PLACEHOLDERS = _listed(
    """server servername fileserver file-server printserver print-server computer computername computer-name host
    hostname machine pc pcname localhost domain domainname . ? yourserver your-server myserver dc dcname name
    share tsclient wsl wsl$ wsl.localhost"""
)
_PRODUCTS = re.compile(
    r"(?i)(?:win|server|sql|exchange|exch|sccm|esxi?|hyperv|office|app|rds|vm|ad|adfs|dc)-?(?:19|20)\d\d(?:r2|"
    r"sp\d)?|win(?:7|8|10|11|32|64|rm)|"
    r"win-?\d{2}(?:h\d)?|mac(?:os)?-?1\d|(?:ws|wks|pos|ap|sw|ad|ts|web|app|file|print|phone|mail|win|vm|dns|"
    r"mac)-?(?:\d|v\d)|mx\d{2,3}[a-z]?|sw-?\d\d?|"
    r"(?:port|fw|db)-?\d|pos-?80|app-v\d?|pc-?\d{4,}cl\d*|ad-?\d{1,2}|ts-?\d{3,4}[a-z+]*|db-?[29]\d?|"
    r"ap-?\d{2,3}[a-z]*"
)


def _is_host(name: str, before: str) -> bool:
    plain = name.casefold().strip(".")
    if plain in _PLACEHOLDERS or _PRODUCTS.fullmatch(plain):
        return False
    if "." not in plain:
        return True
    if before == "\\":
        return True
    last = name.rstrip(".").rpartition(".")[2]
    # In code the parts begin with capitals (System.Net); hosts are written small or, the whole of them, in capitals.
    if last.casefold() not in _TOP or _NO_HOSTS.fullmatch(plain) or (last != last.casefold() and name != name.upper()):
        return False
    return (
        plain.count(".") > 1
        or last.casefold() not in _RATHER_FILES
        or (last == "com" and not re.match(r"(?i)(?:command|more|format|mode|tree|edit|dcom)\.com$", plain))
    )


def _is_address(name: str) -> bool:
    if "@" in name:
        return True
    if re.fullmatch(r"[\d.]+", name):
        # Four small numbers are an address, whatever word stands before them: "version 10.9.8.7" would be a way round.
        parts = [int(part) for part in name.split(".")]
        if any(part > 255 for part in parts):
            return False
        # What every machine has, and masks: they are nobody's address.
        return not (parts[0] in {0, 127, 255} or parts[:2] == [169, 254])
    if re.fullmatch(r"(?i)[\d:]+", name) and "::" not in name and not re.fullmatch(r"\d\d(?::\d\d){5}", name):
        return False  # a time
    return name.casefold() not in {"::1", "fe80::"} and bool(re.search(r"[0-9a-f]", name, re.IGNORECASE))


# ---- people

_NAME = r"(?P<name>[A-ZÀ-Þ][a-zà-ÿ'’]{1,20}(?:[ -][A-ZÀ-Þ][a-zà-ÿ'’]{1,20}){0,2})(?![\w.(-])"
_TOLD = (
    r"[Aa]sk|[Tt]ell|[Cc]ontact|[Cc]all|[Pp]hone|[Ee]mail|[Pp]ing|[Nn]otify|[Ii]nform|[Rr]emind|[Tt]hank|[Cc]c|"
    r"[Hh]i|[Hh]ello|[Dd]ear|"
    r"(?:[Ee]scalate|[Hh]and|[Aa]ssign|[Ff]orward|[Gg]ive|[Ss]end|[Ss]peak|[Tt]alk|[Rr]each out|[Aa]ssigned|"
    r"[Gg]iven|[Bb]elongs)"
    r"(?: (?:it|this|that|over))* to|"
    r"(?:[Rr]eported|[Ss]aid|[Aa]pproved|[Cc]onfirmed|[Dd]one|[Cc]hanged|[Oo]wned|[Rr]equested) by|"
    r"[Aa]ccording to|[Oo]n behalf of|"
    r"[Ss]peak with|[Tt]alk with"
)
_OWNED = (
    r"laptop|computer|PC|mailbox|machine|account|phone|desk|desktop|profile|manager|calendar|password|license|licence"
)
_PEOPLE = (
    re.compile(rf"\b(?:{_TOLD}) {_NAME}"),
    re.compile(rf"\b(?:Mr|Mrs|Ms|Miss|Dr|Herr|Frau|Mme)\.? {_NAME}"),
    re.compile(rf"{_NAME}(?:['’]s (?:{_OWNED})| (?:said|says|told|confirmed|reported|approved|asked|wants)\b)"),
    re.compile(rf"(?<![\w@])@{_NAME}"),
)
_NOT_PEOPLE = _listed(
    """A An The This That It Its If In On At To For From Of Or And But So No Not Yes You Your We Our They Their He
    She His Her Who What When Where Which Why How Each Every All Any Both One Two Some Someone Somebody Anyone
    Anybody Everyone Everybody Nobody User Users Person People Customer Customers Client Clients Caller Engineer
    Engineers Admin Admins Administrator Administrators Team Teams Support Helpdesk Help Desk Service Services
    Security Network Networking Infrastructure Operations Level Tier Management Manager Owner Reception Finance
    Accounting Sales Marketing Legal Payroll Procurement Vendor Provider Carrier Manufacturer Reseller Partner
    Hosting Billing Windows Microsoft Office Outlook Exchange Word Excel Access Power Powerpoint Point Share
    Sharepoint Onedrive One Drive Azure Entra Intune Defender Edge Bing Copilot Hyper Active Directory Group
    Policy Event Viewer Device Task Control Panel Settings System Registry Editor Explorer Internet File Print
    Printer Printers Spooler Server Servers Computer Machine Laptop Desktop Phone Mobile Router Switch Firewall
    Modem Dock Docking Monitor Keyboard Mouse Adapter Driver Drivers Update Updates Store Backup Restore
    Recovery Safe Mode Google Chrome Gmail Android Apple Mac Macos Ios Ipad Iphone Safari Firefox Mozilla Adobe
    Acrobat Reader Zoom Slack Webex Cisco Meraki Fortinet Fortigate Forticlient Sophos Sonicwall Watchguard
    Ubiquiti Unifi Netgear Aruba Juniper Palo Alto Dell Lenovo Hewlett Packard Canon Epson Brother Kyocera Ricoh
    Xerox Konica Minolta Lexmark Zebra Intel Nvidia Amd Realtek Logitech Jabra Poly Plantronics Yealink Samsung
    Sony Toshiba Acer Asus Fujitsu Citrix Vmware Veeam Datto Acronis Carbonite Dropbox Box Okta Duo Lastpass
    Bitwarden Keeper Salesforce Sage Quickbooks Intuit Xero Oracle Sap Autodesk Bluebeam Connectwise Autotask
    Kaseya Ninja Atera Huntress Sentinel Crowdstrike Webroot Malwarebytes Symantec Norton Mcafee Eset Trend
    Micro Bitdefender Barracuda Proofpoint Mimecast Comcast Verizon Vodafone Telekom Spectrum Cloudflare Godaddy
    Amazon Aws Linux Ubuntu Debian Red Hat Centos Docker Github Gitlab Atlassian Jira Confluence Sql Dns Dhcp
    Vpn Ntp Tls Ssl Mfa Sso Wifi Wi Bluetooth Usb Ethernet Monday Tuesday Wednesday Thursday Friday Saturday
    Sunday January February March April May June July August September October November December Quick
    Credential Remote Local Global Public Private Domain Certificate Performance Resource Process Reliability
    Disk Storage Memory Health Message Flowpilot FlowPilot Please Thanks There Everything Something Nothing
    Start Stop Then Now Next First Second Third Last Also Again Just Only Back Up Down Out Off Over Under Their
    Get Set Test New Remove Add Show Clear Run Open Close Restart Check Get-Help Nslookup Ipconfig Netsh Ping
    Sfc Dism Chkdsk Regards Hi Hello Dear Good Great Level1 Level2 Isp Hr Facilities Fax Teamviewer Anydesk
    Splashtop Screenconnect Bomgar Rdp Citrix Workspace"""
)
