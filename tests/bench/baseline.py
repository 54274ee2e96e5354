"""The baselines, each a process of its own: `python -m tests.bench.baseline bare|stock PORT SLACK_API`.

Bare is the least that Bolt can do for a click, stock is what Bolt does when nobody says otherwise.
"""

import sys

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.bench.clicks import ACK, BOT_TOKEN, SIGNING_SECRET


async def _only_ack(ack: AsyncAck) -> None:
    await ack()


def main() -> None:
    """Serve until told to stop."""
    kind, port, slack_api = sys.argv[1:]
    app = AsyncApp(
        name=kind,
        process_before_response=kind == "bare",
        signing_secret=SIGNING_SECRET,
        client=AsyncWebClient(token=BOT_TOKEN, base_url=slack_api),
    )
    app.action(ACK)(_only_ack)
    app.start(port=int(port), host="127.0.0.1")


if __name__ == "__main__":
    main()
