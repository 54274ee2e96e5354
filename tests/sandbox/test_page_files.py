"""What holds of the page's files, browser or not."""

import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "bot" / "sandbox" / "static"
FILES = sorted(each for each in STATIC.rglob("*") if each.suffix in {".html", ".css", ".js"})

MARKUP = re.compile(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|DOMParser|srcdoc)\b")
ELSEWHERE = re.compile(r"""(src|href)="(https?:)?//|url\(\s*["']?(https?:)?//|@import|from\s+["'](?!\./)""")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_file_is_short_makes_no_markup_of_data_and_loads_nothing_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert MARKUP.findall(text) == []
    assert ELSEWHERE.findall(text) == []


def test_every_file_is_used_by_the_page() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    scripts = "".join(each.read_text(encoding="utf-8") for each in FILES if each.suffix == ".js")
    unused = [each.name for each in FILES if each.suffix == ".css" and f"/static/css/{each.name}" not in page]
    unused += [each.name for each in FILES if each.suffix == ".js" and f"/{each.name}" not in page + scripts]
    assert unused == []
