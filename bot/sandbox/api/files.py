"""files.*: the upload in three steps."""

from bot.sandbox.api.backend import Backend, Method, required, writable
from bot.sandbox.api.chat import thread
from bot.sandbox.wire import Json, objs, text, whole
from bot.sandbox.workspace import Refused


def get_upload_url(backend: Backend, args: Json) -> Json:
    """Hand out an address to send the bytes to."""
    required(args, "filename", "length")
    length = whole(args["length"], 0)
    if length <= 0:
        raise Refused("invalid_arguments", ["[ERROR] length must be greater than 0"])
    file_id = backend.workspace.next_id("F")
    backend.workspace.uploads[file_id] = {
        "id": file_id,
        "name": args["filename"],
        "title": args["filename"],
        "size": length,
        "snippet_type": args.get("snippet_type"),
        "alt_txt": args.get("alt_txt"),
        "user": backend.workspace.settings.bot_user_id,
    }
    return {"file_id": file_id, "upload_url": f"{backend.workspace.base_url}/upload/{file_id}"}


def complete_upload(backend: Backend, args: Json) -> Json:
    """Finish uploads, and share them where a channel is named."""
    required(args, "files")
    done: list[Json] = []
    for wanted in objs(args["files"]):
        upload = backend.workspace.uploads.get(text(wanted.get("id")))
        if upload is None:
            raise Refused("file_not_found")
        if "content" not in upload:
            raise Refused("file_update_failed", ["the bytes were never sent to the upload address"])
        upload["title"] = wanted.get("title") or upload["title"]
        done.append(upload)
    if args.get("channel_id"):
        channel = writable(backend, {"channel": args["channel_id"]})
        message = backend.workspace.bot_message(channel.id, text(args.get("initial_comment")), [])
        message.thread_ts = thread(backend, channel, args)
        message.files = [{name: value for name, value in each.items() if value is not None} for each in done]
        backend.workspace.post(message)
        backend.events.announce(message)
    return {"files": [{"id": each["id"], "title": each["title"]} for each in done]}


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": get_upload_url,
    "files.completeUploadExternal": complete_upload,
}
