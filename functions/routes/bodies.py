"""The bodies that the API takes, but for items and settings, which deeds read."""

import re
from typing import Annotated, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, ValidationError, convert, field

from functions.routes.call import Call
from services.json_values import pointer_to
from services.ports.values import Json
from services.refusals import invalid

Body = TypeVar("Body", bound=Struct)

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Email = Annotated[str, Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Emails = Annotated[list[Email], Meta(max_length=200)]
Url = Annotated[str, Meta(min_length=8, max_length=2000)]
Id = Annotated[str, Meta(min_length=1, max_length=200)]
Ids = Annotated[list[Id], Meta(max_length=10_000)]


class Strict(Struct, kw_only=True, forbid_unknown_fields=True):
    """A body in which nothing unknown may stand."""


class NewOrganization(Strict):
    """`POST /v1/organizations`."""

    name: Name


class OrganizationPatch(Strict):
    """`PATCH /v1/organizations/{o}`."""

    name: Name | UnsetType = UNSET


class Administrators(Strict):
    """`PUT /v1/organizations/{o}/administrators`."""

    emails: Emails


class NewAgenda(Strict):
    """`POST /v1/agendas`."""

    name: Name
    owner_email: Email
    connector: str = "rest"
    application: dict[str, Json] = {}
    settings: dict[str, Json] = {}
    organization: Id | UnsetType = UNSET


class AgendaPatch(Strict):
    """`PATCH /v1/agendas/{a}`."""

    name: Name | UnsetType = UNSET
    owner_email: Email | UnsetType = UNSET
    application: dict[str, Json] | UnsetType | None = UNSET
    settings: dict[str, Json] | UnsetType | None = UNSET


class NewInvitation(Strict):
    """`POST /v1/agendas/{a}/invitations`."""

    language: Annotated[str, Meta(min_length=2, max_length=20)] | None = None


class NewConnection(Strict):
    """`POST /v1/agendas/{a}/connections`."""

    account: Email
    calendar_id: Annotated[str, Meta(min_length=1, max_length=1000)] | None = None
    shared: bool = False


class NewKey(Strict):
    """`POST /v1/agendas/{a}/keys`."""

    name: Name


class NewOrganizationKey(Strict):
    """`POST /v1/organizations/{o}/keys`."""

    name: Name
    hours: Annotated[int, Meta(ge=1, le=720)] | None = None


class NewWebhook(Strict):
    """`PUT /v1/agendas/{a}/webhook`."""

    url: Url


class ConnectionPatch(Strict):
    """`PATCH /v1/connections/{c}`."""

    settings: dict[str, Json] | UnsetType | None = UNSET


class Undo(Strict):
    """`POST /v1/connections/{c}/undo`: one of its members."""

    write: Annotated[str, Meta(pattern=r"^[a-z0-9_]{1,60}\.[0-9]{1,6}$")] | None = None
    run: Annotated[str, Meta(pattern="^[A-Za-z0-9_]{1,64}$")] | None = None
    since: Annotated[str, Meta(min_length=1, max_length=60)] | None = None


class NewPreview(Strict):
    """`POST /v1/connections/{c}/previews`."""

    settings: dict[str, Json] | None = None


class PairDecision(Strict):
    """Two that are one, or one that is like nothing else."""

    link: Id
    other: Id | None = field(name="with")


class WriteDecision(Strict):
    """The answer to one write, or to all writes of a link."""

    id: Id
    answer: Annotated[str, Meta(pattern="^(yes|no|leave|restore)$")]


class Decisions(Strict):
    """`POST /v1/connections/{c}/previews/{p}/decisions`."""

    pairs: Annotated[list[PairDecision], Meta(max_length=100)] = []
    writes: Annotated[list[WriteDecision], Meta(max_length=10_000)] = []
    undo: Ids | Annotated[str, Meta(pattern="^all$")] | None = None


class DeclinePreview(Strict):
    """`POST /v1/connections/{c}/previews/{p}/decline`."""

    answer: Annotated[str, Meta(pattern="^(leave|restore)$")] = "leave"
    only: Ids | None = None
    but: Ids = field(default_factory=list, name="except")


class ApplyPreview(Strict):
    """`POST /v1/connections/{c}/previews/{p}/apply`."""

    only: Ids | None = None
    but: Ids = field(default_factory=list, name="except")


class Reset(Strict):
    """`POST /v1/connections/{c}/reset`."""

    existing: Annotated[
        str, Meta(pattern="^(leave|delete_calendar|delete_agenda|delete_both)$")
    ]
    next: Annotated[str, Meta(pattern="^(new_only|all)$")]


class Disconnect(Strict):
    """`POST /v1/connections/{c}/disconnect`."""

    copies: Annotated[str, Meta(pattern="^(keep|remove|freeze)$")] = "keep"
    revoke: bool = True


def body_as(call: Call, kind: type[Body]) -> Body:
    """Return the body of a call. Raises Invalid, with the pointer of the bad member."""
    try:
        return convert(call.body, kind)
    except ValidationError as error:
        raise invalid(*_pointed(str(error))) from None


def _pointed(message: str) -> tuple[str, str]:
    """Return msgspec's message as a JSON pointer and a sentence."""
    sentence, _, place = message.partition(" - at `")
    pointer = ""
    for name, position in re.findall(r"\.([^.\[\]`]+)|\[(\d+)\]", place):
        pointer = pointer_to(pointer, name or position)
    member = re.search(r"(?:required|unknown) field `(.*)`", sentence)
    if member is not None:
        pointer = pointer_to(pointer, member[1])
    form = re.search(r"matching regex '(.*)'$", sentence)
    return pointer, _form(form[1]) if form else f"{sentence}."


def _form(pattern: str) -> str:
    """Return what a text has to be, in words: nobody is to read a pattern."""
    words = re.fullmatch(r"\^\(([a-z_|]+)\)\$", pattern)
    if words is None:
        return "This text does not have the form that is expected here."
    return "Must be one of: " + ", ".join(words[1].split("|")) + "."
