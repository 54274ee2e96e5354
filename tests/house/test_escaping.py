"""What people typed is shown in mrkdwn as they typed it; what they copy from it is what they see."""

from __future__ import annotations

import pytest

from bot import blocks


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("*loud* and (*loud*)", "∗loud∗ and (∗loud∗)"),
        ("_slanted_, ~gone~", "ˍslantedˍ, ∼gone∼"),
        ("`code` and ```block```", "ˋcodeˋ and ˋˋˋblockˋˋˋ"),
        (":tada: done:tada: :+1::white_check_mark:", "∶tada∶ done∶tada∶ ∶+1∶∶white_check_mark∶"),
        ("> quoted\n>>> and more", "› quoted\n›&gt;&gt; and more"),
        ("＊loud＊ ＿slanted＿ ｀code｀", "∗loud∗ ˍslantedˍ ˋcodeˋ"),
        ("one *star of ours would close", "one ∗star of ours would close"),
        ("<!channel> & <@U0ANA00001>", "&lt;!channel&gt; &amp; &lt;@U0ANA00001&gt;"),
    ],
)
def test_nothing_comes_alive_and_it_reads_the_same(typed: str, shown: str) -> None:
    assert blocks.escape(typed) == shown


@pytest.mark.parametrize(
    "copied",
    [
        "CW #99123",
        "srv_prn_02.corp.example",
        "00:1a:cd:ab:12:ef",
        "fe80::1ff:fe23:4567:890a",
        "10.0.0.1:8080",
        "14:30: the backup",
        "Restart-Service Spooler -Force",
        "2 * 3 _ 4",
        "https://desk.example/v4_6/ticket?id=99123",
        "C:\\Windows\\System32\\spool",
        "Łukasz, 日本語, עברית",
    ],
)
def test_what_people_copy_stays_what_it_is(copied: str) -> None:
    assert blocks.escape(copied) == copied
