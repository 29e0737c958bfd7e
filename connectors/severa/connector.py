"""One user's activities in Severa.

Deleted activities leave no trace there, so those that exist are noted in the cursor and
compared with the list now and then. Occurrences and exceptions of a series come as
single activities; the series itself is never written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from connectors.base import (
    NO_FIELDS,
    Capabilities,
    Item,
    ItemPage,
    Json,
    Means,
    Window,
    Written,
)
from connectors.severa.api import Severa, path_of
from connectors.severa.attending import Attending
from connectors.severa.belonging import (
    Belonging,
    belonging_of,
    recurs,
    stamp_of,
    version_of,
)
from connectors.severa.definition import CAPABILITIES
from connectors.severa.listing import Listing
from connectors.severa.mapping import (
    Activity,
    Frame,
    Unreadable,
    body_of,
    content_of,
    extra_of,
    operations,
    projected,
    replaced,
)
from connectors.severa.types import ActivityType, named, types_of, usual_name
from sync.content import Content, Privacy
from sync.errors import ContentRefused, Missing, StaleWrite

COMPARE_MINUTES = 10
LOCKED = (
    "It is one of a series in Severa, which is changed there: Tandem may write to it"
    ' only where the agenda\'s application says "series": "write".'
)
HAS_HOURS = "Hours were entered for it in Severa, so it is not deleted from here."
NO_SERIES = "Series are not written to Severa: each occurrence is, by itself."


def opened(application: Mapping[str, Json], means: Means) -> "SeveraConnector":
    """Return the connector of an agenda; nothing is asked of Severa yet."""
    ends_on_next_day = application.get("whole_days_end") == "next_day"
    frame = Frame(zone=means.time_zone, ends_on_next_day=ends_on_next_day)
    severa, belonging = Severa(application, means), belonging_of(application)
    attending = Attending(
        severa=severa,
        owner=belonging.owner,
        wanted=bool(application.get("participants")),
    )
    return SeveraConnector(
        severa=severa, frame=frame, belonging=belonging, attending=attending
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SeveraConnector:
    """The activities that one user owns, of the categories that are synced."""

    severa: Severa
    frame: Frame
    belonging: Belonging
    attending: Attending

    @property
    def capabilities(self) -> Capabilities:
        """Stamps, no key of ours on anything, no series; asked again and again."""
        return CAPABILITIES

    # --- reading ---------------------------------------------------------------------

    def read(self, cursor: str | None, *, window: Window, limit: int) -> ItemPage:
        """Return what changed, with what was found to be deleted.

        Without a cursor, all activities that reach into the window; what changes while
        they are read comes again at the end.
        """
        minutes = self._application.get("compare_minutes", COMPARE_MINUTES)
        categories = sorted(self.belonging.categories)
        listing = Listing(
            severa=self.severa,
            belonging=self.belonging,
            frame=self.frame,
            window=window,
            query=[
                ("userGuids", self.belonging.owner),
                *(("activityCategories", each) for each in categories),
            ],
            compares_every=timedelta(minutes=minutes),
            item=self.item,
        )
        return listing.read(cursor, limit=limit)

    def behind_own_writes(self, cursor: str) -> str:
        """Return the same cursor: Severa numbers no changes."""
        return cursor

    def get(self, ids: Sequence[str]) -> Mapping[str, Item]:
        """Return the activities that exist and are this agenda's, by id."""
        found = {}
        for item_id in ids:
            row = self._found(item_id)
            if row is not None:
                found[item_id] = self.item(row)
        return found

    def find(self, key: str) -> Item | None:
        """Return None: Severa keeps no key. Who reads and pairs finds it again."""
        return None

    def item(self, row: Activity) -> Item:
        """Return an activity as an item, with who takes part where that is wanted."""
        content, problem, changed_at = None, None, None
        try:
            changed_at = stamp_of(row, self.frame)
            people = self.attending.read(row["guid"])
            content = content_of(row, self.frame, people)
        except Unreadable as unreadable:
            problem = str(unreadable)
        return Item(
            id=row["guid"],
            version=version_of(row),
            content=content,
            changed_at=changed_at,
            problem=problem,
            extra=extra_of(row),
        )

    def _found(self, item_id: str) -> Activity | None:
        try:
            row: Activity = self.severa.get(path_of("activities", item_id))
        except Missing:
            return None
        return row if self.belonging.holds(row) else None

    # --- writing ---------------------------------------------------------------------

    def project(self, content: Content) -> Content:
        """Return what Severa would hold; of a series what it shows by default."""
        return self.attending.held(projected(content, self.frame))

    def create(
        self,
        content: Content,
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Create an activity of this user; a repeated create makes a second one."""
        if content.recurs:
            raise ContentRefused(NO_SERIES)
        body = {
            **body_of(content, self.frame),
            "activityType": {"guid": self._type(content, fields).guid},
            "ownerUser": {"guid": self.belonging.owner},
        }
        row = self.severa.write("POST", path_of("activities"), body)
        self.attending.write(row["guid"], before=None, after=content)
        return Written(item=self.item(row), sure=True)

    def write(
        self,
        item_id: str,
        content: Content,
        *,
        before: Content,
        version: str,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Replace what differs. There is no precondition in Severa: look, then write.

        Raises StaleWrite, Missing, ContentRefused.
        """
        if content.recurs:
            raise ContentRefused(NO_SERIES)
        row = self._current(item_id, version)
        if row is None:
            raise Missing("Severa does not have the activity (any more).")
        self._require_unlocked(row)
        patch = operations(before, content, self.frame)
        patch += self._retyped(content, before, fields)
        if patch:
            path = path_of("activities", item_id)
            row = self.severa.write("PATCH", path, patch) or self.severa.get(path)
        self.attending.write(item_id, before=before, after=content)
        return Written(item=self.item(row), sure=True)

    def delete(self, item_id: str, *, version: str | None) -> None:
        """Delete it for good; gone already is success, and one with hours stays."""
        row = self._current(item_id, version)
        if row is None:
            return
        self._require_unlocked(row)
        if row.get("hasHours"):
            raise ContentRefused(HAS_HOURS)
        try:
            self.severa.write("DELETE", path_of("activities", item_id))
        except Missing:
            return

    def _current(self, item_id: str, version: str | None) -> Activity | None:
        row = self._found(item_id)
        if row is not None and version is not None and version_of(row) != version:
            raise StaleWrite("The activity was changed in Severa since it was read.")
        return row

    def _require_unlocked(self, row: Activity) -> None:
        if recurs(row) and self._application.get("series") != "write":
            raise ContentRefused(LOCKED)

    # --- types -----------------------------------------------------------------------

    def _retyped(
        self, content: Content, before: Content, fields: Mapping[str, Json]
    ) -> list[dict[str, Json]]:
        """Return the operation that gives another type, where one is asked for."""
        private = [_is_private(each) for each in (before, content)]
        if "type" not in fields and private[0] == private[1]:
            return []
        kind = self._type(content, fields)
        return [replaced("activityType", {"guid": kind.guid})]

    def _type(self, content: Content, fields: Mapping[str, Json]) -> ActivityType:
        """Return the type of a name, or the usual one. Raises ContentRefused."""
        default = self._application.get("activity_type", "")
        usual = usual_name(private=_is_private(content), default=default)
        wanted = fields.get("type") or usual
        for anew in (False, True):
            found = named(self._types(anew=anew), wanted)
            if found is not None:
                return found
        raise ContentRefused(f'Severa has no activity type "{wanted}".')

    def _types(self, *, anew: bool = False) -> Sequence[ActivityType]:
        memory = self.severa.means.memory
        if anew or "types" not in memory:
            pages = self.severa.pages(path_of("activitytypes"), ())
            memory["types"] = types_of(row for page in pages for row in page.rows)
        types: Sequence[ActivityType] = memory["types"]
        return types

    @property
    def _application(self) -> Mapping[str, Json]:
        return self.severa.application


def _is_private(content: Content) -> bool:
    return content.details.privacy is not Privacy.PUBLIC
