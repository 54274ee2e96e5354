"""The door through which the desk is told to misbehave, and its world is changed behind FlowPilot's back."""

from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.desk.callbacks import Callbacks
from bot.sandbox.desk.records import ticket_shown
from bot.sandbox.desk.service import Refusal, Service
from bot.sandbox.desk.switches import Budget, Switches
from bot.sandbox.wire import Json, obj, seconds, text, whole


@dataclass(frozen=True)
class Control:
    """Answers /desk/…."""

    service: Service
    switches: Switches
    callbacks: Callbacks

    def routes(self) -> list[web.RouteDef]:
        """Return what stands behind the door."""
        return [
            web.post("/desk/fault", self.order_fault),
            web.post("/desk/clear", self.clear),
            web.post("/desk/budget", self.order_budget),
            web.post("/desk/world", self.change_world),
            web.get("/desk/log", self.log),
            web.get("/desk/state", self.state),
        ]

    async def order_fault(self, request: web.Request) -> web.Response:
        """Order a mishap for the next calls of a name."""
        try:
            self.switches.faults.order(obj(await request.json()))
        except ValueError as wrong:
            return web.json_response({"ok": False, "error": str(wrong)}, status=400)
        return web.json_response({"ok": True})

    async def clear(self, _request: web.Request) -> web.Response:
        """Order nothing any more: there, in budget, and well."""
        self.switches.faults.clear()
        self.switches.budget, self.switches.away = Budget(), False
        return web.json_response({"ok": True})

    async def order_budget(self, request: web.Request) -> web.Response:
        """Allow so many calls in so many seconds."""
        asked = obj(await request.json())
        self.switches.budget = Budget(whole(asked.get("calls"), 0), seconds(asked.get("seconds"), 60.0))
        return web.json_response({"ok": True})

    async def change_world(self, request: web.Request) -> web.Response:
        """Change a ticket behind FlowPilot's back, or the desk itself; each key of the body is one change."""
        done: Json = {}
        for change, value in obj(await request.json()).items():
            try:
                done |= self._change(change, value)
            except Refusal as refusal:
                return web.json_response({"ok": False, "error": str(refusal)}, status=400)
        return web.json_response({"ok": True, **done})

    def _change(self, change: str, value: object) -> Json:
        asked, records = obj(value), self.service.records
        match change:
            case "away":
                self.switches.away = value is True
                return {}
            case "upgraded":
                self.switches.codebase = text(value)
                return {}
            case "keys":
                self.switches.expired = value == "expired"
                return {}
            case "open":
                return {"ticket": records.open_ticket(text(asked.get("summary")), whole(asked.get("board"), 1)).id}
            case _:
                pass
        ticket = self.service.found(whole(asked.get("ticket"), 0))
        match change:
            case "deleted":
                del records.tickets[ticket.id]
                return {}
            case "merged":
                ticket.merged_into = whole(asked.get("into"), 0)
            case "moved":
                ticket.board, ticket.status = whole(asked.get("board"), 2), whole(asked.get("status"), 21)
            case "status":
                ticket.status = whole(asked.get("status"), 12)
            case "customer_wrote":
                self.service.customer_writes(ticket.id, text(asked.get("text")))
            case _:
                raise Refusal(400, "Unknown", f"There is no change {change!r}.")
        records.touch(ticket)
        self.callbacks.tell(ticket.id)
        return {}

    async def log(self, request: web.Request) -> web.Response:
        """The calls of the API after number since."""
        calls = [vars(one) for one in self.switches.calls[whole(request.query.get("since"), 0) :]]
        return web.json_response({"ok": True, "calls": calls})

    async def state(self, _request: web.Request) -> web.Response:
        """Everything the desk knows."""
        records = self.service.records
        tickets = {number: ticket_shown(records, one) for number, one in records.tickets.items()}
        return web.json_response(
            {
                "tickets": tickets,
                "notes": records.notes,
                "times": records.times,
                "callbacks": records.callbacks,
                "mails": records.mails,
            }
        )
