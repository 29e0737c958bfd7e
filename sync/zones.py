"""Time zones by their IANA names."""

from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from sync.errors import PermanentError
from sync.windows_zones import WINDOWS_ZONES

LONGEST_NAME = 64
"""No IANA name is nearly as long; a longer one is not worth comparing."""


class ZoneUnknown(PermanentError):
    """There is no time zone of that name; `suggestion` is a near one, if any."""

    def __init__(self, name: str, *, suggestion: str | None = None) -> None:
        hint = f" Did you mean {suggestion}?" if suggestion else ""
        super().__init__(f"There is no IANA time zone {_quoted(name)}.{hint}")
        self.name = name
        self.suggestion = suggestion


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """Return the zone of an IANA name, spelled exactly. Raises ZoneUnknown."""
    if name not in zone_names():
        raise ZoneUnknown(name, suggestion=_near(name))
    return ZoneInfo(name)


@cache
def zone_names() -> frozenset[str]:
    """Return every name that `zone` takes: what the tzdata package lists.

    A name is looked up here before any file is, so none can lead out of the zones.
    """
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return frozenset(listed.split()) - {"Factory"}


def windows_zone(name: str) -> str | None:
    """Return the IANA name for what Windows calls a zone, if it is one of those."""
    return WINDOWS_ZONES.get(name)


def _near(name: str) -> str | None:
    if name in WINDOWS_ZONES:
        return WINDOWS_ZONES[name]
    if len(name) > LONGEST_NAME:
        return None
    by_folded = {known.casefold(): known for known in sorted(zone_names())}
    folded = name.strip().replace(" ", "_").casefold()
    if folded in by_folded:
        return by_folded[folded]
    cities = {known.rpartition("/")[2]: known for known in by_folded}
    near = get_close_matches(folded, [*by_folded, *cities], n=1, cutoff=0.75)
    return by_folded[cities.get(near[0], near[0])] if near else None


def _quoted(name: str) -> str:
    shown = name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…"
    return repr(shown)
