"""Who looked: each request with the operator's key that is about a customer.

It is written down before it is answered, so nobody looks unseen, and the customer can
read it.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.documents import data_of
from services.ids import Kind, new_id
from services.ports.store import Create, Document, Is, Query, Store, Where
from services.refusals import invalid

logger = logging.getLogger(__name__)

KEPT = timedelta(days=365)
NAME = re.compile(r"[A-Za-z0-9._@+-]{1,100}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What somebody did with the operator's key.

    `who` is what the person called themselves, since all operators have one key;
    `about` are ids of what was looked at. `organization` is empty where a list showed
    all of them.
    """

    id: str
    organization: str
    at: datetime
    expires_at: datetime
    did: str
    who: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


def note_look(
    store: Store,
    did: str,
    *,
    organization: str,
    who: str,
    about: Mapping[str, str],
    now: datetime,
) -> None:
    """Write down what is about to be done. Raises Invalid for a strange name."""
    if who and not NAME.fullmatch(who):
        raise invalid(
            "/Tandem-Operator",
            "A name of up to 100 letters, digits and . _ @ + - without blanks.",
        )
    look = Look(
        id=new_id(Kind.LOOK),
        organization=organization,
        at=now,
        expires_at=now + KEPT,
        did=did,
        who=who,
        about=about,
    )
    store.commit([Create(path=_path_of(look.id), data=data_of(look))])
    ids = {"event": "support-look", "organization_id": organization, "did": did}
    logger.info("support looked", extra=ids | {"look_id": look.id})


def looks_at(
    store: Store, organization: str, *, limit: int, after: Document | None
) -> Sequence[Document]:
    """Return documents of looks at an organization, the newest first.

    Raises Invalid where `after` is none of its looks.
    """
    behind = None if after is None else store.get(after.path)
    wrong = behind is None or behind.data["organization"] != organization
    if after is not None and wrong:
        raise invalid("/page_token", "This is not one of our page tokens.")
    where = Where(member="organization", compare=Is.EQUAL, value=organization)
    query = Query(
        collection="looks",
        where=[where],
        order_by="at",
        descending=True,
        limit=limit,
        after=behind,
    )
    return store.query(query)


def _path_of(look: str) -> str:
    return f"looks/{look}"
