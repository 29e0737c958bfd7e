"""Applications that work on a `rest` agenda, which Tandem itself keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.items.items import Condition, Desk, delete_item, patch_item, put_item
from services.items.records import stored_item
from services.ports.store import Query, Store
from sync.content import Content

Json = dict[str, Any]
ALWAYS = Condition()


@dataclass(frozen=True, slots=True)
class RestApplications:
    """Two applications, each at its own desk."""

    store: Store
    agenda: str
    desk: Callable[[str], Desk]

    def put(self, author: str, item_id: str, body: Json) -> None:
        """State an item."""
        put_item(self.desk(author), item_id, body, condition=ALWAYS)

    def patch(self, author: str, item_id: str, body: Json) -> None:
        """Change some members of an item."""
        patch_item(self.desk(author), item_id, body, condition=ALWAYS)

    def delete(self, author: str, item_id: str) -> None:
        """Delete an item."""
        delete_item(self.desk(author), item_id, condition=ALWAYS)

    def items(self) -> Mapping[str, Json]:
        """Return what lies there."""
        query = Query(collection=f"agendas/{self.agenda}/items", limit=10_000)
        stored = [stored_item(document) for document in self.store.query(query)]
        return {one.id: dict(one.json) for one in stored if not one.deleted}

    def project(self, content: Content) -> Content:
        """Return the same content: this agenda holds everything."""
        return content
