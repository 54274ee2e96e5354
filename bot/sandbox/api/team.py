"""Who is who: auth.*, apps.*, team.*, users.*, dnd.*, reactions.*, and blocks.validate."""

from bot.sandbox.api.backend import Backend, Method, readable, required
from bot.sandbox.api.conversations import paged
from bot.sandbox.blocks import block_problems
from bot.sandbox.wire import Json, items, obj, objs, text
from bot.sandbox.workspace import Refused


def auth_test(backend: Backend, _args: Json) -> Json:
    """Say whose token this is."""
    settings = backend.workspace.settings
    return {
        "url": f"https://{settings.team_domain}.slack.com/",
        "team": settings.team_name,
        "user": settings.bot_name.lower(),
        "team_id": settings.team_id,
        "user_id": settings.bot_user_id,
        "bot_id": settings.bot_id,
        "is_enterprise_install": False,
    }


def api_test(_backend: Backend, args: Json) -> Json:
    """Return the arguments."""
    return {"args": args}


def connections_open(backend: Backend, _args: Json) -> Json:
    """Hand out the address of a Socket Mode websocket."""
    if backend.workspace.settings.mode != "socket":
        raise Refused("socket_mode_disabled")
    address = backend.workspace.base_url.replace("http", "ws", 1)
    return {
        "url": f"{address}/socket?ticket={backend.workspace.next_id('S')}&app_id={backend.workspace.settings.app_id}"
    }


def team_info(backend: Backend, args: Json) -> Json:
    """Describe the workspace."""
    settings = backend.workspace.settings
    if args.get("team") not in (None, "", settings.team_id):
        raise Refused("team_not_found")
    team: Json = {"id": settings.team_id, "name": settings.team_name, "domain": settings.team_domain}
    return {"team": team | {"email_domain": "example.com", "icon": {"image_default": True}}}


def users_info(backend: Backend, args: Json) -> Json:
    """Describe one person, or the bot itself."""
    required(args, "user")
    return {"user": _user(backend, text(args["user"]))}


def users_list(backend: Backend, args: Json) -> Json:
    """Describe everybody, a page at a time."""
    everyone = [_user(backend, each) for each in (*backend.workspace.people, backend.workspace.settings.bot_user_id)]
    page, cursor = paged(everyone, args, 1000)
    return {"members": page, "cache_ts": 0, "response_metadata": {"next_cursor": cursor}}


def users_by_email(backend: Backend, args: Json) -> Json:
    """Find a person by the address in the profile."""
    required(args, "email")
    for person in backend.workspace.people.values():
        profile = person.profile()
        if obj(profile["profile"]).get("email") == args["email"] and not person.deleted:
            return {"user": profile}
    raise Refused("users_not_found")


def _user(backend: Backend, user: str) -> Json:
    settings = backend.workspace.settings
    if user != settings.bot_user_id:
        return backend.workspace.person(user).profile()
    profile: Json = {"real_name": settings.bot_name, "display_name": settings.bot_name, "bot_id": settings.bot_id}
    return {
        "id": user,
        "team_id": settings.team_id,
        "name": settings.bot_name.lower(),
        "real_name": settings.bot_name,
        "deleted": False,
        "is_bot": True,
        "is_app_user": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "profile": profile | {"api_app_id": settings.app_id, "team": settings.team_id},
    }


def dnd_info(backend: Backend, args: Json) -> Json:
    """Say when somebody wants quiet."""
    return _quiet(backend, text(args.get("user"))) | {"snooze_enabled": False}


def dnd_team_info(backend: Backend, args: Json) -> Json:
    """The same of at most 50 people; who is not known is left out."""
    asked = text(args.get("users")).split(",")
    if len(asked) > 50:
        raise Refused("too_many_users")
    return {"users": {one: _quiet(backend, one) for one in asked if one in backend.workspace.people}}


def _quiet(backend: Backend, user: str) -> Json:
    person = backend.workspace.person(user)
    since, until = person.undisturbed or (1, 1)
    return {"dnd_enabled": person.undisturbed is not None, "next_dnd_start_ts": since, "next_dnd_end_ts": until}


def reactions_add(backend: Backend, args: Json) -> Json:
    """Put an emoji below a message."""
    required(args, "channel", "timestamp", "name")
    message = readable(backend, args).messages.get(text(args["timestamp"]))
    if message is None:
        raise Refused("message_not_found")
    bot, name = backend.workspace.settings.bot_user_id, text(args["name"])
    for reaction in message.reactions:
        if reaction["name"] == name:
            if bot in items(reaction["users"]):
                raise Refused("already_reacted")
            reaction["users"] = [*items(reaction["users"]), bot]
            break
    else:
        message.reactions.append({"name": name, "users": [bot], "count": 1})
    backend.workspace.changed(message)
    return {}


def blocks_validate(_backend: Backend, args: Json) -> Json:
    """Say what is wrong with blocks."""
    blocks = args.get("blocks") or obj(args.get("message")).get("blocks") or obj(args.get("view")).get("blocks")
    kind = text(obj(args.get("view")).get("type"))
    problems = block_problems(objs(blocks), "home" if kind == "home" else "modal" if kind else "message")
    if problems:
        raise Refused("invalid_blocks", problems)
    return {}


METHODS: dict[str, Method] = {
    "api.test": api_test,
    "auth.test": auth_test,
    "apps.connections.open": connections_open,
    "blocks.validate": blocks_validate,
    "dnd.info": dnd_info,
    "dnd.teamInfo": dnd_team_info,
    "reactions.add": reactions_add,
    "team.info": team_info,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": users_by_email,
}
