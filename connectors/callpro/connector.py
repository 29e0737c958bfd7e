"""One agenda of CallPro, whose items lie with us.

CallPro reaches them through the flat form and `changes/next`, by Fulfilment.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.base import NO_FIELDS, Json, Written
from connectors.callpro.holding import held
from connectors.rest.connector import RestConnector
from sync.content import Content


@dataclass(frozen=True, slots=True)
class CallproConnector(RestConnector):
    """A `rest` agenda that holds no more than CallPro can show."""

    def project(self, content: Content) -> Content:
        """Return what CallPro would hold."""
        return held(content)

    def create(
        self,
        content: Content,
        *,
        key: str,
        ical_uid: str | None,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Create an item of what CallPro can hold."""
        return RestConnector.create(
            self, held(content), key=key, ical_uid=ical_uid, fields=fields
        )

    def write(
        self,
        item_id: str,
        content: Content,
        *,
        before: Content,
        version: str,
        fields: Mapping[str, Json] = NO_FIELDS,
    ) -> Written:
        """Bring an item to what CallPro can hold of a content."""
        return RestConnector.write(
            self, item_id, held(content), before=before, version=version, fields=fields
        )
