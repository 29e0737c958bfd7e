"""Carrying a change of content into the JSON that an application gave us."""

from collections.abc import Collection, Mapping

from sync.amend import amend
from sync.content import Content, Details, Rule
from sync.grid import has_slot
from sync.jscalendar_read import read_details
from sync.jscalendar_series import (
    base_of,
    effective,
    read_content,
    slot_of_key,
)
from sync.jscalendar_write import details_json, write
from sync.members import Member
from sync.normal import normal, normal_details
from sync.pointers import path_of, put
from sync.recurrence import occurrence
from sync.rule_parts import RuleInvalid
from sync.rules import rule_from_json, rule_json
from sync.values import Json, local_text

Event = dict[str, Json]
OURS = (
    *("start", "timeZone", "showWithoutTime", "duration", "title", "description"),
    *("descriptionContentType", "status", "freeBusyStatus", "participants"),
    *("locations", "virtualLocations", "alerts", "useDefaultAlerts", "keywords"),
    "color",
)
"""The members that an override of ours may patch."""

SERIES = ("uid", "privacy", "recurrenceRules", "recurrenceOverrides")


def patch(raw: Mapping[str, Json], before: Content, after: Content) -> Event:
    """Return the JSON changed only where `before` and `after` differ.

    `before` is what it reads as. Unknown members, ids and the texts of what stays
    the same are kept, within
    overrides too.
    """
    if before == after:
        return dict(raw)
    event = dict(raw)
    amend(event, before.details, after.details)
    if before.uid != after.uid:
        event["uid"] = after.uid
    _put_rules(event, after)
    _put_overrides(event, after, had=before)
    if _read(event, after.uid) == after:
        return event
    # The JSON says something twice, or in a way that was not foreseen: say it anew.
    kept = {name: it for name, it in raw.items() if name not in (*OURS, *SERIES)}
    return kept | write(after)


def _read(event: Event, uid: str) -> Content | None:
    member = Member(value=event, problems=[])
    content = read_content(member, default_uid=uid)
    return normal(content) if content and not member.problems else None


# --- Rules ---------------------------------------------------------------------------


def _put_rules(event: Event, after: Content) -> None:
    """Keep the rules that still mean what they should; write the others anew."""
    raw = list(event.get("recurrenceRules", []))
    kept = {rule: json for json in raw if (rule := _rule(json, after)) in after.rules}
    if len(kept) == len(raw) == len(after.rules):
        return
    new = [rule_json(rule) for rule in after.rules if rule not in kept]
    put(event, "recurrenceRules", [*kept.values(), *new])


def _rule(json: Json, after: Content) -> Rule | None:
    try:
        return rule_from_json(json, after.details.when)
    except RuleInvalid:
        return None


# --- Overrides -----------------------------------------------------------------------


def _put_overrides(event: Event, after: Content, *, had: Content) -> None:
    raw: Mapping[str, Json] = event.get("recurrenceOverrides", {})
    all_day = after.details.when.all_day
    keys = {slot_of_key(key, all_day=all_day): key for key in raw}
    added = {slot: local_text(slot) for slot in after.overrides if slot not in keys}
    base = base_of(event)
    overrides: Event = {}
    for slot, key in (keys | added).items():
        shown = occurrence(after, slot)
        patch_was = raw.get(key)
        if shown is not None:
            change = _shown(base, key, patch_was, shown)
            # An empty patch on the grid of the rules says nothing, unless it did.
            idle = not change and patch_was != {} and has_slot(after, slot)
        else:
            change = _excluded(patch_was)
            kept = change is patch_was and not has_slot(had, slot)
            idle = not has_slot(after, slot) and not kept
        if not idle:
            overrides[key] = change
    if overrides != raw:
        put(event, "recurrenceOverrides", overrides)


def _excluded(raw: Mapping[str, Json] | None) -> Mapping[str, Json]:
    return raw if raw and raw.get("excluded") else {"excluded": True}


def _shown(
    base: Event, key: str, raw: Mapping[str, Json] | None, after: Details
) -> Mapping[str, Json]:
    """Return the patch that shows these details, made from the one that was there."""
    patch = {name: it for name, it in (raw or {}).items() if name != "excluded"}
    before, given = effective(base, key, patch), {**base, "start": key}
    details = _details(before)
    if details == after:
        return patch
    if _details(given) == after:
        return _beside(patch, OURS)
    changed = dict(before)
    if details is None:
        changed |= details_json(after)
    else:
        amend(changed, details, after)
    moved = [name for name in OURS if changed.get(name) != before.get(name)]
    return _beside(patch, moved) | {
        name: changed.get(name)
        for name in moved
        if changed.get(name) != given.get(name)
    }


def _beside(patch: Mapping[str, Json], names: Collection[str]) -> dict[str, Json]:
    """Return the patch without what leads into these members."""
    return {
        pointer: value
        for pointer, value in patch.items()
        if path_of(pointer)[0] not in names
    }


def _details(event: Event) -> Details | None:
    read = read_details(Member(value=event, problems=[]))
    return normal_details(read) if read else None
