"""Secrets as people type them into tickets are found, and ordinary tickets are left as they are."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import secrets

TICKETS = Path(__file__).parents[3] / "shared/data/tickets/tickets.csv"

# Each ends where the secret's own characters end; the second part is what must be gone.
TYPED = [
    ("password is Hunter2!", "Hunter2!"),
    ("the password is Hunter2! and it does not work", "Hunter2!"),
    ("pw: sunshine", "sunshine"),
    ("pw: Summer2026", "Summer2026"),
    ("Password: hunter2", "hunter2"),
    ("my password hunter2 doesnt work", "hunter2"),
    ("pass - Blue$ky99", "Blue$ky99"),
    ("the PSK is correct-horse-battery", "correct-horse-battery"),
    ("the PSK is Mango4711", "Mango4711"),
    ("wifi key: 8834ABCD77", "8834ABCD77"),
    ("her new password is sunshine.", "sunshine"),
    ("I changed her password to Winter2024!", "Winter2024!"),
    ("reset the pw to Welcome1! and told him", "Welcome1!"),
    ("password for the guest wifi is Blue$ky99", "Blue$ky99"),
    ("user: jane pass: Xy7!kkq", "Xy7!kkq"),
    ("creds: admin/Passw0rd!", "Passw0rd!"),
    ("login is admin / Passw0rd! for the printer", "Passw0rd!"),
    ("credentials admin:Passw0rd1", "Passw0rd1"),
    ("Server=db1;Database=crm;User Id=sa;Password=S3cret!x;", "S3cret!x"),
    ("postgres://app:hunter2@db1.contoso.com:5432/crm", "hunter2"),
    ("https://bob:pw123@intranet/", "pw123"),
    ('"password": "abc123def"', "abc123def"),
    ("DB_PASSWORD=sunshine", "sunshine"),
    ('$env:API_KEY = "a8f5f167f44f4964e6c998dee827110c"', "a8f5f167f44f4964e6c998dee827110c"),
    ("api key: 9f8e7d6c5b4a39281706", "9f8e7d6c5b4a39281706"),
    ("PIN: 4711", "4711"),
    ("the pin is 8812", "8812"),
    ("verification code is 483920", "483920"),
    (
        "recovery key 123456-123456-123456-123456-123456-123456-123456-123456",
        "123456-123456-123456-123456-123456-123456-123456-123456",
    ),
    ("net use Z: \\\\srv01\\share /user:contoso\\bob Passw0rd!", "Passw0rd!"),
    ("net user jane Welcome123 /domain", "Welcome123"),
    ("ConvertTo-SecureString 'Sup3r!' -AsPlainText", "Sup3r!"),
    (
        "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwx==",
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwx==",
    ),
    ("Kennwort: Sommer2024", "Sommer2024"),
    ("Das Passwort lautet Sommer24!", "Sommer24!"),
    ("mot de passe : Soleil2024", "Soleil2024"),
    ("password = hunter2", "hunter2"),
    ("the admin password is `P@ssw0rd`", "P@ssw0rd"),
    ("password:Winter24", "Winter24"),
    ("pwd=letmein", "letmein"),
    ("token: 7f3a9c1b2d4e5f60718293a4", "7f3a9c1b2d4e5f60718293a4"),
    ("curl -u admin:hunter22 https://x", "hunter22"),
    ("Authorization: Bearer abcdefghijklmnop1234567890", "abcdefghijklmnop1234567890"),
    ("password's Summer22", "Summer22"),
    ("he set password as Monday99", "Monday99"),
]

# Put together here, so that no scanner takes this file for a leak.
FORMATS = [
    ("AKIA" + "IOSFODNN7EXAMPLE", "access key"),
    ("xoxb-" + "123456789012-123456789012-abcdefGHIJKLmnopqrstuvwx", "access token"),
    ("xapp-1-" + "A0123456789-1234567890123-abcdef0123456789", "access token"),
    ("ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789", "access token"),
    ("glpat-" + "abcdefghij0123456789", "access token"),
    ("eyJhbGciOiJIUzI1NiIsInR5cCI6" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" + ".dozjgNryP4J3jVmNHl0w5N", "access token"),
    ("sk-" + "ant-api03-abcdefghijklmnop1234567890", "API key"),
    ("sk_" + "live_abcdefghijklmnopqrstuvwx", "API key"),
    (
        "-----BEGIN OPENSSH PRIVATE" + " KEY-----\nb3BlbnNzaC1rZXktdjEA\nAAAABG5v\n-----END OPENSSH PRIVATE KEY-----",
        "private key",
    ),
    ("123456-234567-345678-456789-567890-678901-789012-890123", "recovery key"),
]

ORDINARY = [
    "password reset for jane",
    "the password is wrong",
    "password is expired",
    "Password: expired",
    "password was changed yesterday",
    "please reset the password to the default",
    "the password is correct, tried twice",
    "password policy: 12 characters",
    "password for Office365 is not accepted",
    "password to windows10 laptop",
    "cannot login with password on laptop-4411",
    "password must be changed every 90 days",
    "error 0x80070005 with token expired",
    "the token is expired",
    "token ring",
    "ticket INC00123456 password",
    "guid 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "md5 a8f5f167f44f4964e6c998dee827110c sha1 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "C:\\Users\\jane\\AppData\\Local\\Temp\\x.log",
    "\\\\srv01\\share\\pass\\file1.txt",
    "https://portal.office.com/account?user=jane",
    "password manager is 1Password",
    "pass the ticket to L2 team",
    "he will pass by room 4.21",
    "pin the message",
    "pin 3 of the connector",
    "the key is missing from the registry",
    "registry key: HKLM\\Software\\Microsoft",
    "api key is missing",
    "MFA code not received",
    "the verification code is not arriving",
    "Event ID 4625, password bad for CONTOSO\\jane from 10.1.2.3",
    "password reset: see keepass",
    "password: see below",
    "password: {{password}}",
    "$password = Read-Host -AsSecureString",
    "password = $cred.Password",
    "Password: ********",
    "user login issue on server2019",
    "login at 9:30",
    "sign in as jane@contoso.com",
    "login to srv-dc01.contoso.local:8443",
    "the account is locked",
    "credentials are cached",
    "secret question is not shown",
    "password change on 12/03/2026",
    "password hash sync is off",
    "password is case sensitive",
    "password is not accepted.",
    "his password keeps expiring",
    "password never expires",
    "key fob 1234",
    "asset tag PC12345",
    "account number: 4711-2233",
    "the password is in IT Glue",
    "password is 14 characters long",
    "password sent to her mobile",
    "account: jane.doe",
    "user: CONTOSO\\jdoe2",
    "login: jdoe",
    "passwords: none",
    "Password Reset: done",
    "pass: no",
    "did the password work?",
    "what is the password?",
    "wifi password is shown on the wall",
    "default gateway is 10.0.0.1, password is fine",
    "password is the same as before",
    "token-signing certificate is expired",
]


@pytest.mark.parametrize(("typed", "secret"), TYPED)
def test_what_people_type_is_masked_and_the_rest_stays(typed: str, secret: str) -> None:
    told = secrets.masked(typed)
    assert secret not in told
    before, _, behind = typed.rpartition(secret)
    assert told.startswith(before)
    assert told.endswith(behind)
    assert told[len(before) :].startswith("[")


@pytest.mark.parametrize(("secret", "kind"), FORMATS, ids=lambda part: part[:12])
def test_known_formats_are_found_in_the_middle_of_a_sentence(secret: str, kind: str) -> None:
    assert secrets.masked(f"he pasted {secret} into the chat") == f"he pasted [{kind} removed] into the chat"


def test_a_key_that_is_cut_off_is_masked_as_far_as_it_goes() -> None:
    typed = "mine: -----BEGIN RSA PRIVATE" + " KEY-----\nMIIEpAIBAAKCAQEA"
    assert secrets.masked(typed) == "mine: [private key removed]"


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_sentences_stay_as_they_are(text: str) -> None:
    assert secrets.masked(text) == text


def test_real_tickets_give_almost_no_false_alarm() -> None:
    """They were anonymised before they were published, so whatever is found in them is one."""
    if not TICKETS.exists():
        pytest.skip("the real tickets are data that lies beside the repository")
    with TICKETS.open(encoding="utf-8", newline="") as file:
        alarms = [row["text"] for row in csv.DictReader(file) if secrets.find(row["text"])]
    assert len(alarms) <= 2


@given(st.text(max_size=200))
def test_masking_twice_changes_nothing_more_and_places_lie_in_the_text(text: str) -> None:
    found = secrets.find(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= two.start for one, two in pairwise(found))
    once = secrets.masked(text)
    assert secrets.masked(once) == once


@pytest.mark.parametrize("typed", [typed for typed, _ in TYPED])
def test_a_masked_text_has_nothing_more_to_mask(typed: str) -> None:
    assert secrets.find(secrets.masked(typed)) == ()


@pytest.mark.parametrize(
    "piece",
    [
        "password ",
        "eyJ",
        "://",
        "password for ",
        "a:",
        "-----BEGIN PRIVATE " + "KEY-----",
        "net use ",
        "x",
        "user / ",
        "1-",
        "key=",
        '"',
        "pw is ",
    ],
)
def test_no_text_makes_it_slow(piece: str) -> None:
    text = (piece * 50_000)[:50_000]
    begins = time.perf_counter()
    secrets.find(text)
    assert (
        time.perf_counter() - begins < 8
    )  # a quarter of a second on an idle machine; quadratic work would take minutes


def test_prose_does_not_even_import_what_knows_the_formats() -> None:
    code = (
        "import sys; from core import secrets; "
        "secrets.masked('the password is Hunter2! and nothing else'); sys.exit('detect_secrets' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
