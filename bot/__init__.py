"""The door: Slack's payloads in, Slack's messages and views out."""
