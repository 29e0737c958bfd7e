"""One person's visits in OpenFire as an agenda: a dialect of Odoo's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time

from connectors.base import NO_FIELDS, Capabilities, Item, Json, Means, Written
from connectors.odoo.calls import refused
from connectors.odoo.connector import OdooConnector, as_refusal
from connectors.odoo.looking import Looker
from connectors.odoo.notes import Notes
from connectors.odoo.owner import Owner
from connectors.odoo.rows import Seen, token_in
from connectors.odoo.tokens import Token, pattern_of_key
from connectors.openfire.definition import CAPABILITIES
from connectors.openfire.loading import VisitLoader, VisitSource
from connectors.openfire.trying import calls_of
from connectors.openfire.visits import Hours, held
from connectors.openfire.writing import Office, VisitWriter
from sync.content import Content
from sync.errors import Missing


def open_openfire(application: Mapping[str, Json], means: Means) -> "OpenFireConnector":
    """Return the connector of an application that was tried."""
    hours = Hours(
        begin=time.fromisoformat(application.get("day_begins", "08:00")),
        end=time.fromisoformat(application.get("day_ends", "18:00")),
    )
    return OpenFireConnector(
        agenda=means.agenda,
        calls=calls_of(application, means),
        owner=Owner(
            uid=application["uid"],
            partner=0,
            email=application["email"],
            zone=means.time_zone,
        ),
        notes=Notes(means.shelf()),
        now=means.now,
        secret=application["password"],
        office=Office(
            employee=application["employee"],
            company=application["company"],
            task=application["task_id"],
            hours=hours,
            allow_overlaps=bool(application.get("allow_overlaps")),
        ),
        allow_deletion=bool(application.get("allow_deletion")),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenFireConnector(OdooConnector):
    """The visits of one person."""

    office: Office
    allow_deletion: bool = field(default=False)

    @property
    def capabilities(self) -> Capabilities:
        """Stamps, creates that can be repeated, whole series."""
        return CAPABILITIES

    def project(self, content: Content) -> Content:
        """Return what OpenFire would hold of the content."""
        return held(content, self.owner)

    def find(self, key: str) -> Item | None:
        """Return the visit that was made with this key, once it is whole."""
        base = self._loader.with_token(pattern_of_key(key))
        name = "" if base is None else str(base["id"])
        return self.get([name]).get(name)

    def create(
        self,
        content: Content,
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Make a visit whose origin names the key; repeated, that one is found."""
        token = Token(key=key, ical_uid=ical_uid or "")
        base = self._loader.with_token(pattern_of_key(key))
        if base is not None:
            if (token_in([base]) or token).building:
                self._visits.finish(base["id"], self.project(content), token)
            return Written(item=self._there(str(base["id"])).item, sure=False)
        with as_refusal():
            made = self._visits.create(content, token)
        return self._written(made, content)

    def write(
        self,
        item_id: str,
        content: Content,
        *,
        before: Content,
        version: str,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Bring a visit to `content`; OpenFire knows no condition, so we look first."""
        known = self._current(item_id, version)
        if known is None:
            raise Missing("The visit is not in OpenFire any more.")
        with as_refusal():
            self._visits.change(known, before, content)
        return self._written(item_id, content)

    def delete(self, item_id: str, *, version: str | None) -> None:
        """Delete a visit, where the organization allows it. Raises ContentRefused."""
        known = self._current(item_id, version)
        if known is None:
            return
        if not self.allow_deletion:
            raise refused(
                "The organization does not allow that what is deleted at Google is"
                " deleted in OpenFire."
            )
        with as_refusal():
            self._visits.remove(known.rows)

    # --- the parts -------------------------------------------------------------------

    @property
    def _loader(self) -> VisitLoader:
        return VisitLoader(
            calls=self.calls,
            owner=self.owner,
            notes=self.notes,
            employee=self.office.employee,
        )

    @property
    def _looker(self) -> Looker:
        source = VisitSource(calls=self.calls, employee=self.office.employee)
        return Looker(source=source, notes=self.notes, now=self.now())

    @property
    def _visits(self) -> VisitWriter:
        return VisitWriter(
            calls=self.calls,
            owner=self.owner,
            notes=self.notes,
            loader=self._loader,
            office=self.office,
            secret=self.secret,
        )

    def _tidied(self, items: Sequence[Seen] | object) -> bool:
        """Nothing is left to do: no visit takes another's place."""
        return False
