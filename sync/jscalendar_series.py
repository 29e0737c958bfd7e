"""From a JSCalendar Event to a content: the series, its rules, its overrides."""

from collections.abc import Mapping

from sync.content import Content, Details, Rule, Slot, When
from sync.jscalendar_read import read_details, reread_details
from sync.members import Member
from sync.pointers import patch_problems, patched, path_of, pointer_of
from sync.problems import Problem
from sync.rule_parts import RuleInvalid
from sync.rules import rule_from_json
from sync.values import Json, local_of

LONGEST_UID = 255
MOST_RULES = 20
REFUSED = {
    "recurrenceId": "One occurrence alone is not taken: send it within its series.",
    "method": "Scheduling messages are not taken.",
}
OF_THE_SERIES = ("recurrenceRules", "recurrenceOverrides", "excludedRecurrenceRules")
NOT_PATCHED = frozenset(
    {
        *("@type", "excludedRecurrenceRules", "method", "privacy", "prodId"),
        *("recurrenceId", "recurrenceIdTimeZone", "recurrenceOverrides"),
        *("recurrenceRules", "relatedTo", "replyTo", "sentBy", "timeZones", "uid"),
    }
)
"""RFC 8984, section 4.3.5: what a patch says of these is ignored."""


def read_content(event: Member, *, default_uid: str) -> Content | None:
    """Return the content, not yet normal; None where its start cannot be read."""
    event.check_type("Event")
    for name, why in REFUSED.items():
        if name in event.object():
            event.complain(why, name)
    uid = _uid(event, default_uid)
    details = read_details(event)
    if details is None:
        return None
    rules = _rules(event, details.when)
    overrides = _overrides(event, details)
    return Content(uid=uid, details=details, rules=rules, overrides=overrides)


def _uid(event: Member, default: str) -> str:
    uid = event.text("uid", default)
    if not 1 <= len(uid) <= LONGEST_UID:
        event.complain(f"A uid has 1 to {LONGEST_UID} characters.", "uid")
    return uid


def _rules(event: Member, when: When) -> tuple[Rule, ...]:
    if event.object().get("excludedRecurrenceRules"):
        event.complain(
            "Excluding by rules is not supported.", "excludedRecurrenceRules"
        )
    rules = event.below("recurrenceRules", event.object().get("recurrenceRules", []))
    if not isinstance(rules.value, list) or len(rules.value) > MOST_RULES:
        rules.complain(f"It is a list of at most {MOST_RULES} recurrence rules.")
        return ()
    read = [
        _rule(rules.below(str(place), rule), when)
        for place, rule in enumerate(rules.value)
    ]
    return tuple(rule for rule in read if rule is not None)


def _rule(rule: Member, when: When) -> Rule | None:
    try:
        return rule_from_json(rule.value, when)
    except RuleInvalid as invalid:
        for name, message in invalid.problems:
            rule.complain(message, *filter(None, [name]))
        return None


# --- Overrides -----------------------------------------------------------------------


def _overrides(event: Member, series: Details) -> dict[Slot, Details | None]:
    name = "recurrenceOverrides"
    whole = event.below(name, event.object().get(name, {}))
    base = base_of(event.object())
    overrides: dict[Slot, Details | None] = {}
    for key, patch in whole.object().items():
        member = whole.below(key, patch)
        slot = _slot(whole, key, series.when)
        shown = _override(member, key, base, series)
        if slot is not None:
            overrides[slot] = shown
    return overrides


def _slot(whole: Member, key: str, when: When) -> Slot | None:
    try:
        return slot_of_key(key, all_day=when.all_day)
    except ValueError as error:
        whole.complain(str(error), key)
        return None


def slot_of_key(key: str, *, all_day: bool) -> Slot:
    """Return the slot that a key of the overrides names. Raises ValueError."""
    moment = local_of(key)
    return moment.date() if all_day else moment


def _override(
    patch: Member, key: str, base: Mapping[str, Json], series: Details
) -> Details | None:
    if patch.flag("excluded"):
        return None
    changes = usable(patch.object())
    for misfit in patch_problems(base, changes):
        patch.complain(str(misfit), misfit.pointer)
    found: list[Problem] = []
    shown = Member(value=effective(base, key, patch.object()), problems=found)
    changed = {"start", *(path_of(pointer)[0] for pointer in changes)}
    details = reread_details(shown, series, changed)
    _blame(patch, changes, found)
    return details


def _blame(patch: Member, changes: Mapping[str, Json], found: list[Problem]) -> None:
    """Note problems of the patched event at the pointers of the patch that made them.

    What none of them made is a problem of the series, and noted there already.
    """
    made = {pointer_of(path_of(pointer)): pointer for pointer in changes}
    for problem in found:
        names = problem.pointer.split("/")
        parents = ("/".join(names[:end]) for end in range(len(names), 1, -1))
        pointer = next((made[parent] for parent in parents if parent in made), None)
        if pointer is not None:
            patch.complain(problem.message, pointer)


def base_of(event: Mapping[str, Json]) -> dict[str, Json]:
    """Return the event without all that makes it a series."""
    return {name: value for name, value in event.items() if name not in OF_THE_SERIES}


def usable(patch: Mapping[str, Json]) -> dict[str, Json]:
    """Return the patch without what RFC 8984 says is to be ignored."""
    return {
        pointer: value
        for pointer, value in patch.items()
        if pointer != "excluded" and path_of(pointer)[0] not in NOT_PATCHED
    }


def effective(
    base: Mapping[str, Json], key: str, patch: Mapping[str, Json]
) -> dict[str, Json]:
    """Return the event that a slot shows: the series' own, moved there and patched."""
    return patched({**base, "start": key}, usable(patch))
