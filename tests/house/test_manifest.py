"""The manifest is what Slack's own schema allows, in both of its forms, and promises what the surface has."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot import surface

_ROOT = Path(__file__).parents[2]
_SCHEMA = _ROOT / "../shared/data/slack-manifest.schema.json"


def _switched_to_http(text: str) -> str:
    """Do what the manifest's first comment tells a person to do."""
    lines = [
        line.replace("# ", "", 1) if line.endswith("# HTTP") and line.strip().startswith("# ") else line
        for line in text.splitlines()
    ]
    return "\n".join(lines).replace("socket_mode_enabled: true", "socket_mode_enabled: false")


@pytest.mark.parametrize("form", ["socket", "http"])
def test_the_manifest_is_valid(form: str):
    if not _SCHEMA.exists():
        pytest.skip("Slack's manifest schema is not beside the project (../shared)")
    text = (_ROOT / "manifest.yml").read_text()
    manifest = yaml.safe_load(text if form == "socket" else _switched_to_http(text))
    jsonschema.Draft7Validator(json.loads(_SCHEMA.read_text())).validate(manifest)


def test_the_switch_to_http_is_three_addresses_and_one_setting():
    manifest = yaml.safe_load(_switched_to_http((_ROOT / "manifest.yml").read_text()))
    addresses = [
        manifest["features"]["slash_commands"][0]["url"],
        manifest["settings"]["event_subscriptions"]["request_url"],
        manifest["settings"]["interactivity"]["request_url"],
    ]
    assert len(set(addresses)) == 1
    assert manifest["settings"]["socket_mode_enabled"] is False


def test_the_manifest_and_the_surface_name_the_same_things():
    manifest = yaml.safe_load((_ROOT / "manifest.yml").read_text())
    features = manifest["features"]
    assert {each["command"] for each in features["slash_commands"]} == set(surface.COMMANDS)
    assert {each["callback_id"] for each in features["shortcuts"]} == set(surface.SHORTCUTS)
    # Slack subscribes to messages by kind of conversation and delivers them all as "message".
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    assert {name.partition(".")[0] for name in events} == set(surface.EVENTS)


def test_the_usage_hint_names_every_subcommand():
    manifest = yaml.safe_load((_ROOT / "manifest.yml").read_text())
    for command in manifest["features"]["slash_commands"]:
        hinted = {word.strip().split()[0] for word in command["usage_hint"].split("|")}
        assert hinted == set(surface.COMMANDS[command["command"]])
