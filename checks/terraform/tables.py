"""The tables of `terraform/tables/`, made from the code that needs what they say.

python -m checks.terraform.tables     writes them anew
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from checks.terraform.places import TERRAFORM
from services.indexes import INDEXES, UNINDEXED, Index
from services.metrics import METRICS, SECONDS
from services.ports.values import Json
from services.retention import AT_ONCE, KEEPINGS

FOLDER = TERRAFORM / "tables"


def tables() -> Mapping[str, Json]:
    """Return what each file of the folder holds."""
    return {
        "indexes.json": {"composites": composites(), "fields": fields()},
        "metrics.json": {"bounds": list(SECONDS), "metrics": metrics()},
    }


def composites() -> list[Json]:
    """Return the indexes over several members; Firestore makes the others."""
    return [
        {
            "collection": index.collection,
            "members": list(index.members),
            "descending": index.descending,
            "everywhere": index.everywhere,
        }
        for index in _sorted(index for index in INDEXES if len(index.members) > 1)
    ]


def fields() -> list[Json]:
    """Return the single members that are not indexed as all others are.

    What is kept for a while after its `expires_at` is left to the sweep.
    """
    found: dict[tuple[str, str], dict[str, Json]] = defaultdict(
        lambda: {"index": "usual", "expires": False}
    )
    for index in INDEXES:
        if len(index.members) == 1 and index.everywhere:
            found[index.collection, index.members[0]]["index"] = "everywhere"
    for keeping in KEEPINGS:
        if keeping.after == AT_ONCE:
            found[keeping.collection, "expires_at"]["expires"] = True
    for place in UNINDEXED:
        found[place]["index"] = "none"
    return [
        {"collection": collection, "member": member, **said}
        for (collection, member), said in sorted(found.items())
    ]


def metrics() -> list[Json]:
    """Return the figures, as the cloud reads them from the log."""
    return [
        {
            "name": one.name,
            "reading": str(one.reading),
            "event": one.event,
            "value": one.value,
            "labels": list(one.labels),
            "unit": one.unit,
            "means": one.means,
        }
        for one in METRICS
    ]


def _sorted(indexes: Iterable[Index]) -> list[Index]:
    return sorted(indexes, key=lambda one: (one.collection, one.members))


def texts() -> Mapping[str, str]:
    """Return the files as they are to be."""
    return {
        name: json.dumps(table, indent=2) + "\n" for name, table in tables().items()
    }


if __name__ == "__main__":
    for name, text in texts().items():
        (FOLDER / name).write_text(text)
