"""Google's eleven event colours, by the CSS names that come nearest.

What another program may paint is kept as CSS (RFC 8984, 4.2.9). A colour that Google
adds later, or an event label, is kept as `google:<id>`. Labels are only read: writing
one needs a parameter of its own, and sending it takes other people's labels away.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

OWN = "google:"
HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})\Z")
COLOR_ID = re.compile(r"\d{1,4}\Z")

PALETTE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "1": ("mediumslateblue", "#7986cb"),  # Lavender
        "2": ("mediumseagreen", "#33b679"),  # Sage
        "3": ("darkorchid", "#8e24aa"),  # Grape
        "4": ("lightcoral", "#e67c73"),  # Flamingo
        "5": ("gold", "#f6bf26"),  # Banana
        "6": ("orangered", "#f4511e"),  # Tangerine
        "7": ("deepskyblue", "#039be5"),  # Peacock
        "8": ("dimgray", "#616161"),  # Graphite
        "9": ("royalblue", "#3f51b5"),  # Blueberry
        "10": ("green", "#0b8043"),  # Basil
        "11": ("crimson", "#d50000"),  # Tomato
    }
)
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "lavender": "1", "slateblue": "1", "mediumpurple": "1",
        "darkseagreen": "2", "lightgreen": "2", "lime": "2", "limegreen": "2",
        "purple": "3", "darkmagenta": "3", "indigo": "3", "violet": "3",
        "salmon": "4", "pink": "4", "hotpink": "4", "coral": "4",
        "yellow": "5", "khaki": "5", "orange": "5",
        "darkorange": "6",
        "cyan": "7", "aqua": "7", "turquoise": "7", "teal": "7", "skyblue": "7",
        "gray": "8", "grey": "8", "dimgrey": "8", "black": "8", "silver": "8",
        "blue": "9", "navy": "9", "darkblue": "9",
        "darkgreen": "10", "forestgreen": "10", "olive": "10", "seagreen": "10",
        "red": "11", "tomato": "11", "darkred": "11", "maroon": "11", "firebrick": "11",
    }
)  # fmt: skip
BY_NAME: Mapping[str, str] = MappingProxyType(
    {**ALIASES, **{name: key for key, (name, _) in PALETTE.items()}}
)


def color_of(color_id: str, label_id: str) -> str:
    """Return the colour that a row shows; a label counts where no colour is set."""
    if color_id in PALETTE:
        return PALETTE[color_id][0]
    own = color_id or label_id
    return f"{OWN}{own}" if own else ""


def color_id_of(color: str) -> str | None:
    """Return the colour id that comes nearest, None for no colour and for labels."""
    color = color.strip().lower()
    if color.startswith(OWN):
        own = color.removeprefix(OWN)
        return own if COLOR_ID.match(own) else None
    if HEX.match(color):
        return _nearest(color)
    return BY_NAME.get(color)


def _nearest(color: str) -> str:
    wanted = _parts(color)

    def distance(key: str) -> int:
        parts = _parts(PALETTE[key][1])
        return sum((a - b) ** 2 for a, b in zip(wanted, parts, strict=True))

    return min(PALETTE, key=distance)


def _parts(color: str) -> list[int]:
    digits = color[1:]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return [int(digits[at : at + 2], 16) for at in (0, 2, 4)]
