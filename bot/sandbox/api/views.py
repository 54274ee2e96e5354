"""views.*: modals and App Home."""

from typing import Literal

from bot.sandbox.api.backend import Backend, Method, required
from bot.sandbox.tickets import TicketRefused, Trigger
from bot.sandbox.views import View
from bot.sandbox.wire import Json, obj, text
from bot.sandbox.workspace import Refused, refuse_bad_view


def good_view(args: Json, surface: Literal["modal", "home"]) -> Json:
    """Return the view of the call. Raises Refused(invalid_arguments) with what is wrong with it."""
    required(args, "view")
    view = obj(args["view"])
    refuse_bad_view(view, surface)
    return view


def trigger(backend: Backend, args: Json) -> Trigger:
    """Return the trigger of the call. Raises Refused(expired_trigger_id, exchanged_trigger_id, invalid_trigger_id)."""
    required(args, "trigger_id")
    try:
        return backend.workspace.tickets.redeemable(text(args["trigger_id"]))
    except TicketRefused as refused:
        raise Refused(str(refused)) from refused


def open_modal(backend: Backend, args: Json) -> Json:
    """Open a modal for the person who has just clicked."""
    view, leave = good_view(args, "modal"), trigger(backend, args)
    backend.workspace.claim_external_id(view)
    opened = backend.workspace.push_view(leave.user, view, root=True)
    leave.used = True
    return _answer(backend, opened)


def push(backend: Backend, args: Json) -> Json:
    """Open a modal on top of the one in which the person has just clicked."""
    view, leave = good_view(args, "modal"), trigger(backend, args)
    if all(each.id != leave.view_id for each in backend.workspace.stack(leave.user)):
        raise Refused("invalid_trigger_id")
    backend.workspace.claim_external_id(view)
    opened = backend.workspace.push_view(leave.user, view, root=False)
    leave.used = True
    return _answer(backend, opened)


def update(backend: Backend, args: Json) -> Json:
    """Show another content in an open modal, named by view_id or external_id; a hash must be the present one."""
    if not args.get("view_id") and not args.get("external_id"):
        raise Refused("invalid_arguments", ["[ERROR] view_id or external_id is required"])
    shown = _named(backend, text(args.get("view_id")), text(args.get("external_id")))
    view = good_view(args, "home" if shown.view.get("type") == "home" else "modal")
    if args.get("hash") and args["hash"] != shown.hash:
        raise Refused("hash_conflict")
    backend.workspace.claim_external_id(view, shown)
    return _answer(backend, backend.workspace.show_instead(shown, view))


def publish(backend: Backend, args: Json) -> Json:
    """Show the view as the person's App Home."""
    required(args, "user_id")
    user = text(args["user_id"])
    if backend.workspace.person(user).deleted:
        raise Refused("user_not_found")
    view, shown = good_view(args, "home"), backend.workspace.homes.get(user)
    if args.get("hash") and shown is not None and args["hash"] != shown.hash:
        raise Refused("hash_conflict")
    backend.workspace.claim_external_id(view, shown)
    return _answer(backend, backend.workspace.publish_home(user, view))


def _named(backend: Backend, view_id: str, external_id: str) -> View:
    if view_id:
        return backend.workspace.open_view(view_id)
    for view in backend.workspace.shown():
        if view.external_id == external_id:
            return view
    raise Refused("not_found")


def _answer(backend: Backend, view: View) -> Json:
    return {"view": view.payload(backend.workspace.settings)}


METHODS: dict[str, Method] = {
    "views.open": open_modal,
    "views.push": push,
    "views.update": update,
    "views.publish": publish,
}
