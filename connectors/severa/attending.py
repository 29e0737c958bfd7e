"""Who takes part in activities, read and written where an agenda wants it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.base import Json
from connectors.severa.api import Severa, path_of
from connectors.severa.mapping import replaced
from connectors.severa.people import (
    Directory,
    PeopleSteps,
    User,
    directory_of,
    participants_of,
    steps,
    with_held_people,
)
from sync.content import Content, Participant
from sync.errors import Missing
from sync.normal import normal

ASKED_EVERY = timedelta(hours=1)
USERS = [("isActive", "true"), ("rowCount", "100")]
NOBODY: Directory = {}
Row = Mapping[str, Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Attending:
    """The participants of one owner's activities; nobody where they are not wanted."""

    severa: Severa
    owner: str
    wanted: bool

    def read(self, activity: str) -> Sequence[Participant]:
        """Return who takes part, with their answers."""
        if not self.wanted:
            return ()
        return participants_of(self._rows(activity), owner=self.owner)

    def held(self, content: Content) -> Content:
        """Return the content with those that Severa would hold of its participants."""
        invited = bool(content.details.participants)
        users = self._users() if self.wanted and invited else NOBODY
        return normal(with_held_people(content, users, owner=self.owner))

    def write(self, activity: str, *, before: Content | None, after: Content) -> None:
        """Bring those who take part from one content to another."""
        none = () if before is None else before.details.participants
        if not self.wanted or none == after.details.participants:
            return
        rows = self._rows(activity)
        known = {person.email for person in participants_of(rows, owner=self.owner)}
        todo = steps(none, after.details.participants, self._users())
        for user in todo.added:
            if user.email not in known:
                rows = [*rows, self._add(activity, user)]
        self._confirm_and_remove(activity, todo, rows)

    def _confirm_and_remove(
        self, activity: str, todo: PeopleSteps, rows: Sequence[Row]
    ) -> None:
        for row in rows:
            email = (row.get("email") or "").strip().lower()
            if email in todo.confirmed:
                patch = [replaced("isConfirmed", todo.confirmed[email])]
                path = path_of("activityparticipants", row["guid"])
                self.severa.write("PATCH", path, patch)
            if email in todo.removed:
                self._remove(activity, row["guid"])

    def _add(self, activity: str, user: User) -> Row:
        body = {"activityGuid": activity, "participantGuid": user.guid, "type": "User"}
        answer = self.severa.write("POST", path_of("activityparticipants"), body)
        return {"email": user.email, **(answer or {})}

    def _remove(self, activity: str, participant: str) -> None:
        path = path_of("activities", activity, "activityparticipants", participant)
        try:
            self.severa.write("DELETE", path)
        except Missing:
            return

    def _rows(self, activity: str) -> Sequence[Row]:
        path = path_of("activities", activity, "activityparticipants")
        try:
            rows: Sequence[Row] = self.severa.get(path)
        except Missing:
            return ()
        return rows

    def _users(self) -> Directory:
        """Return all users, asked for once an hour at most."""
        memory, now = self.severa.means.memory, self.severa.means.now()
        known: tuple[datetime, Directory] | None = memory.get("users")
        if known is None or now - known[0] > ASKED_EVERY:
            pages = self.severa.pages(path_of("users"), USERS)
            users = directory_of(row for page in pages for row in page.rows)
            known = memory["users"] = (now, users)
        return known[1]
