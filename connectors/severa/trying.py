"""Try what was given of Severa, and find out what is not said."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from connectors.base import ApplicationRefused, Json, Means
from connectors.severa.api import SCOPES, Severa, TokenDenied, path_of
from connectors.severa.people import User, directory_of
from connectors.severa.types import ActivityType, named, types_of, usual_name
from sync.errors import Missing
from sync.problems import Problem

USER_ROWS = "100"


def tried(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
    """Return the application with its user's id and the name of its usual type.

    Raises ApplicationRefused, and where Severa is not to be reached TransientError.
    """
    severa = Severa(application, means)
    with _told_at("/client_secret", TokenDenied), _told_at("/address", Missing):
        may = severa.scopes()
    lacking = sorted({*SCOPES} - may) if may else []
    if lacking:
        raise _refused(
            "/client_id",
            f"The client lacks the scopes {', '.join(lacking)}: give them to it in"
            " Severa.",
        )
    user, kind = _user(severa, application["user"]), _type(severa, application)
    return {**application, "user_id": user.guid, "activity_type": kind.name}


def _user(severa: Severa, email: str) -> User:
    query = [("email", email), ("isActive", "true"), ("rowCount", USER_ROWS)]
    wanted = email.strip().lower()
    for page in severa.pages(path_of("users"), query):
        # Filters may be ignored silently, so look for ourselves.
        found = directory_of(page.rows).get(wanted)
        if found is not None:
            return found
    message = f"Severa knows no active user with the address {email}."
    raise _refused("/user", message)


def _type(severa: Severa, application: Mapping[str, Json]) -> ActivityType:
    pages = severa.pages(path_of("activitytypes"), ())
    types = types_of(row for page in pages for row in page.rows)
    given = application.get("activity_type", "")
    found = named(types, usual_name(private=False, default=given))
    if found is not None:
        return found
    known = ", ".join(each.name for each in types)
    lack = f'type "{given}"' if given else "type for calendar entries"
    message = f"Severa has no activity {lack}; there are {known}."
    raise _refused("/activity_type", message)


@contextmanager
def _told_at(pointer: str, kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except kind as error:
        message = str(error)
        if pointer == "/address":
            message = "There is no REST API of Severa at this address."
        raise _refused(pointer, message) from None


def _refused(pointer: str, message: str) -> ApplicationRefused:
    return ApplicationRefused(Problem(pointer=pointer, message=message))
