"""All answers of a query, however many: page after page."""

from collections.abc import Iterator
from dataclasses import replace

from services.ports.store import Document, Query, Store

PAGE = 200


def every(store: Store, query: Query) -> Iterator[Document]:
    """Yield each document that a query finds; no page is kept longer than needed."""
    query = replace(query, limit=PAGE)
    while True:
        page = store.query(query)
        yield from page
        if len(page) < PAGE:
            return
        query = replace(query, after=page[-1])
