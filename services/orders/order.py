"""Orders: what a person asked to be done to one link, kept on it until it is done.

The ordinary run works them off before it plans the link. Whatever is done because of an
order is journaled with the order's reason, and is not counted by the brake.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from connectors.base import Json
from sync.content import Content
from sync.packing import packed, unpacked
from sync.sides import Side
from sync.undo import Image

Value = TypeVar("Value")


class Deed(StrEnum):
    """What is to be done to the link."""

    UNDO = "undo"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a person asked for; `run` is the run that they were told of, if any.

    UNDO puts each of `images` back, REMOVE deletes what stands on `sides`. `worked`
    tells that this was done and that only the ordinary plan is left to carry what
    follows of it. `left` counts the fields that the last write to a side was to put
    back: each has to do better. `wanted` is what a side is to show, occurrence by
    occurrence, once the order made it again or moved its grid. `anew` are the sides at
    which the old thing could not come back, `told` those of which the journal tells
    what was done or skipped.
    """

    id: str
    deed: Deed
    why: str
    sides: frozenset[Side] = frozenset()
    images: Mapping[Side, Image] = field(default_factory=dict)
    run: str = ""
    worked: bool = False
    left: Mapping[Side, int] = field(default_factory=dict)
    wanted: Mapping[Side, Content] = field(default_factory=dict)
    anew: frozenset[Side] = frozenset()
    told: frozenset[Side] = frozenset()


def wanting(order: Order, side: Side, wanted: Content) -> Order:
    """Return the order, whose side is to show this, occurrence by occurrence."""
    return replace(order, wanted={**order.wanted, side: wanted})


def order_json(order: Order) -> Json:
    """Return an order as JSON."""
    return {
        "id": order.id,
        "deed": str(order.deed),
        "why": order.why,
        "run": order.run,
        "sides": sorted(order.sides),
        "images": {str(side): _image(each) for side, each in order.images.items()},
        "worked": order.worked,
        "left": {str(side): count for side, count in order.left.items()},
        "wanted": {str(side): packed(each) for side, each in order.wanted.items()},
        "anew": sorted(order.anew),
        "told": sorted(order.told),
    }


def order_of(json: Json) -> Order:
    """Return the order that `order_json` made."""
    sides = ("sides", "anew", "told")
    return Order(
        **{
            **json,
            "deed": Deed(json["deed"]),
            **{name: frozenset(map(Side, json[name])) for name in sides},
            "images": _by_side(json["images"], _image_of),
            "wanted": _by_side(json["wanted"], unpacked),
            "left": _by_side(json["left"], int),
        }
    )


def _by_side(json: Json, read: Callable[[Json], Value]) -> Mapping[Side, Value]:
    return {Side(side): read(each) for side, each in json.items()}


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
