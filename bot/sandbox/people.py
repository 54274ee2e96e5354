"""The people and channels of the story, and the forms in which Slack shows them."""

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.messages import Message
from bot.sandbox.settings import WorkspaceSettings
from bot.sandbox.wire import Json

PersonKind = Literal["member", "guest", "stranger"]
ChannelKind = Literal["channel", "private", "im"]

OTHER_TEAM = "T0ACMECORP"
OTHER_DOMAIN = "acme-corp"


@dataclass(frozen=True)
class Person:
    """A human of the workspace; a guest sees one channel, a stranger belongs to another organisation."""

    id: str
    name: str
    real_name: str
    team_id: str
    kind: PersonKind = "member"
    title: str = ""
    is_admin: bool = False
    is_owner: bool = False
    deleted: bool = False
    undisturbed: tuple[int, int] | None = None

    def profile(self) -> Json:
        """Return the user object of users.info."""
        stranger = self.kind == "stranger"
        profile: Json = {
            "title": self.title,
            "real_name": self.real_name,
            "real_name_normalized": self.real_name,
            "display_name": self.name,
            "display_name_normalized": self.name,
            "first_name": self.real_name.split(" ")[0],
            "last_name": self.real_name.split(" ")[-1],
            "team": self.team_id,
            "image_72": f"https://example.invalid/{self.id}.png",
        }
        if not stranger:  # Slack Connect does not show a stranger's address
            profile["email"] = f"{self.name}@example.com"
        user: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "is_bot": False,
            "is_app_user": False,
            "is_stranger": stranger,
            "updated": 1_700_000_000,
            "profile": profile,
        }
        if self.deleted:
            return user
        return user | {
            "color": "9f69e7",
            "tz": "Europe/Berlin",
            "tz_label": "Central European Time",
            "tz_offset": 3600,
            "is_admin": self.is_admin,
            "is_owner": self.is_owner,
            "is_primary_owner": self.is_owner,
            "is_restricted": self.kind == "guest",
            "is_ultra_restricted": self.kind == "guest",
            "is_email_confirmed": not stranger,
        }


@dataclass
class Channel:
    """A conversation and all that was said in it; `messages` is in the order of ts."""

    id: str
    name: str
    kind: ChannelKind = "channel"
    members: set[str] = field(default_factory=set[str])
    bot_is_member: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False
    with_user: str | None = None
    messages: dict[str, Message] = field(default_factory=dict[str, Message])
    replies: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    @property
    def event_type(self) -> str:
        """The channel_type that message events carry."""
        return {"channel": "channel", "private": "group", "im": "im"}[self.kind]

    @property
    def name_in_payloads(self) -> str:
        """The name that commands and interactions carry: Slack hides that of private conversations."""
        return {"channel": self.name, "private": "privategroup", "im": "directmessage"}[self.kind]

    def visible_to(self, person: Person) -> bool:
        """Return whether the person finds this conversation in the sidebar or the channel browser."""
        return person.id in self.members or (self.kind == "channel" and person.kind == "member")


def story_people(settings: WorkspaceSettings) -> list[Person]:
    """Return the seven people of the story."""
    team = settings.team_id
    return [
        Person("U0ANA00001", "ana", "Ana Duarte", team, title="Engineer", is_admin=True, is_owner=True),
        Person("U0BEN00001", "ben", "Ben Okafor", team, title="Engineer"),
        Person("U0LENA0001", "lena", "Lena Vogt", team, title="L1 technician"),
        Person("U0ADIL0001", "adil", "Adil Rahman", team, title="Administrator", is_admin=True),
        Person("U0GUS00001", "gus", "Gus Hartmann", team, kind="guest", title="Guest"),
        Person("U0SARA0001", "sara", "Sara Lind", OTHER_TEAM, kind="stranger", title="Acme Corp"),
        Person("U0NIA00001", "nia", "Nia Park", team, title="Newcomer"),
    ]


def story_channels(people: list[Person]) -> list[Channel]:
    """Return the channels of the story, and a direct conversation of each person with the bot."""
    ids = {person.name: person.id for person in people}

    def those(*names: str) -> set[str]:
        return {ids[name] for name in names}

    staff = ("ana", "ben", "lena", "adil", "nia")
    return [
        Channel("C0HELPDESK", "helpdesk", members=those(*staff, "gus"), bot_is_member=True),
        Channel("C0NOC00001", "noc", members=those("ana", "ben", "lena", "adil"), bot_is_member=True),
        Channel("C0RANDOM01", "random", members=those(*staff)),
        Channel("C0SECPRIV1", "sec-private", kind="private", members=those("ana", "ben"), bot_is_member=True),
        Channel(
            "C0SHAREACM", "shared-acme", members=those("ana", "lena", "sara"), bot_is_member=True, is_ext_shared=True
        ),
        *(direct_conversation(person) for person in people),
    ]


def direct_conversation(person: Person) -> Channel:
    """Return the conversation between the person and the bot."""
    return Channel("D" + person.id[1:], "", kind="im", members={person.id}, bot_is_member=True, with_user=person.id)
