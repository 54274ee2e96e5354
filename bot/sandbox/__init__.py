"""A Slack of one's own, on the loopback: the bot talks to it as to the real one and cannot tell the difference."""
