"""JSCalendar Events (RFC 8984): strict reading, canonical writing, patching."""

from collections.abc import Mapping

from sync.content import Content
from sync.jscalendar_patch import patch
from sync.jscalendar_series import read_content
from sync.jscalendar_write import write
from sync.members import Member
from sync.normal import normal
from sync.problems import ContentInvalid, Problem, unsound
from sync.values import Json

__all__ = ["ContentInvalid", "Problem", "patch", "read", "write"]


def read(json: Json, *, default_uid: str) -> Content:
    """Return the content of a JSCalendar Event, in normal form.

    Members outside our subset are not looked at. Raises ContentInvalid, which names
    every malformed member.
    """
    problems = list(unsound(json))
    event = Member(value=json, problems=problems)
    if problems or not isinstance(json, Mapping):
        event.object()
        raise ContentInvalid(problems)
    content = read_content(event, default_uid=default_uid)
    if problems or content is None:
        raise ContentInvalid(problems)
    return normal(content)
