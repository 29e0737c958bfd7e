"""Orders: what a person asked to be done to one link, kept on it until it is done.

The ordinary run works them off before it plans the link. Whatever is done because of an
order is journaled with the order's reason, and is not counted by the brake.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from connectors.base import Json
from sync.content import Content
from sync.packing import packed, unpacked
from sync.sides import Side
from sync.undo import Image


class Deed(StrEnum):
    """What is to be done to the link."""

    UNDO = "undo"
    REMOVE = "remove"
    REPAIR = "repair"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a person asked for; `id` is the run that they were told of.

    UNDO puts each of `images` back, REMOVE deletes what stands on `sides`, REPAIR reads
    both sides anew. `worked` tells that this was done and that only the ordinary plan
    is left to carry what follows of it. `left` counts the fields that the last write to
    a side was to put back: each has to do better. `revived` are the sides that the
    order made again, `anew` those at which the old thing could not come back, `told`
    those of which the journal says what was skipped.
    """

    id: str
    deed: Deed
    why: str
    sides: frozenset[Side] = frozenset()
    images: Mapping[Side, Image] = field(default_factory=dict)
    worked: bool = False
    left: Mapping[Side, int] = field(default_factory=dict)
    revived: frozenset[Side] = frozenset()
    anew: frozenset[Side] = frozenset()
    told: frozenset[Side] = frozenset()


def order_json(order: Order) -> Json:
    """Return an order as JSON."""
    return {
        "id": order.id,
        "deed": str(order.deed),
        "why": order.why,
        "sides": sorted(order.sides),
        "images": {str(side): _image(each) for side, each in order.images.items()},
        "worked": order.worked,
        "left": {str(side): count for side, count in order.left.items()},
        "revived": sorted(order.revived),
        "anew": sorted(order.anew),
        "told": sorted(order.told),
    }


def order_of(json: Json) -> Order:
    """Return the order that `order_json` made."""
    sides = ("sides", "revived", "anew", "told")
    read = {name: frozenset(Side(side) for side in json[name]) for name in sides}
    images = {Side(side): _image_of(each) for side, each in json["images"].items()}
    left = {Side(side): count for side, count in json["left"].items()}
    deed = Deed(json["deed"])
    return Order(**{**json, **read, "images": images, "left": left, "deed": deed})


def _image(image: Image) -> Json:
    return [
        None if content is None else packed(content)
        for content in (image.before, image.left)
    ]


def _image_of(json: Json) -> Image:
    before, left = (_content(each) for each in json)
    return Image(before=before, left=left)


def _content(json: Json) -> Content | None:
    return None if json is None else unpacked(json)
