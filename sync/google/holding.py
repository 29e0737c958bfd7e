"""What must change in a whole content, not in a field, to fit into Google."""

from dataclasses import replace
from datetime import datetime, timedelta

from sync.content import Content, Details, Slot, When
from sync.times import instant, local_at, shifted
from sync.values import naive

NO_TIME = timedelta()


def held(content: Content, *, zone: str) -> Content:
    """Return the content as far as it must be changed as a whole to fit Google.

    Floating times are those of the calendar's zone. A series cannot start in an hour
    that clocks skip: it moves behind it, with all its slots.
    """
    overrides = {
        slot: None if details is None else _settled(details, zone)
        for slot, details in content.overrides.items()
    }
    details = _settled(content.details, zone)
    return _behind_the_gap(replace(content, details=details, overrides=overrides))


def _settled(details: Details, zone: str) -> Details:
    when = details.when
    if when.all_day or when.zone is not None:
        return details
    return replace(details, when=replace(when, zone=zone))


def _behind_the_gap(content: Content) -> Content:
    when = content.details.when
    gap = NO_TIME if when.all_day else _gap(when)
    if gap == NO_TIME:
        return content
    return replace(
        content,
        details=_moved(content.details, gap),
        overrides={
            _later(slot, gap): _moved_with(slot, details, gap)
            for slot, details in content.overrides.items()
        },
    )


def _gap(when: When) -> timedelta:
    shown = local_at(instant(when), zone=when.zone or "UTC")
    return shown - naive(when.start)


def _later(slot: Slot, gap: timedelta) -> Slot:
    return shifted(slot, gap) if isinstance(slot, datetime) else slot


def _moved_with(slot: Slot, details: Details | None, gap: timedelta) -> Details | None:
    """Return what a slot shows after the move; what was put elsewhere stays there."""
    if details is None or details.when.start != slot:
        return details
    return _moved(details, gap)


def _moved(details: Details, gap: timedelta) -> Details:
    start = _later(details.when.start, gap)
    return replace(details, when=replace(details.when, start=start))
