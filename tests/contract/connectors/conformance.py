"""What each connector holds of each kind of appointment: found out, not claimed.

`make conformance` writes the tables of docs/connectors.md; a test compares them. Each
kind is created through the connector and read back, and entered by a person at the
application itself and read.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from connectors import registry
from connectors.base import Connector, Definition
from sync import jscalendar
from sync.content import Content
from sync.errors import ContentRefused
from sync.normal import normal
from tests.contract.connectors.rig import Rig, contents
from tests.contract.connectors.rigs import STANDING

PAGE = Path(__file__).parents[3] / "docs" / "connectors.md"
WHOLE, NOT_AT_ALL, ONE_BY_ONE = "whole", "no", "one by one"
Held = Mapping[str, str]
"""For each kind of appointment, what becomes of it."""


def held_by(rig: Rig) -> dict[str, str]:
    """Return what becomes of each kind, in both directions."""
    return {name: _both_ways(rig, content) for name, content in contents().items()}


def _both_ways(rig: Rig, content: Content) -> str:
    there = _written(rig.connector(), content)
    if content.recurs and not rig.definition.capabilities.series:
        assert there == NOT_AT_ALL, "it takes a series after all"
        return ONE_BY_ONE
    back = _read(rig, content)
    return there if there == back else f"to it: {there}; from it: {back}"


def _written(connector: Connector, content: Content) -> str:
    try:
        made = connector.create(content, key=content.uid, ical_uid=None)
    except ContentRefused:
        return NOT_AT_ALL
    found = connector.get([made.item.id])[made.item.id].content
    assert found is not None
    promised = connector.project(content)
    assert _differences(promised, found) == [], "what it holds is not what it said"
    return _said(_differences(content, found))


def _read(rig: Rig, content: Content) -> str:
    item_id = rig.put(replace(content, uid=f"hand-{content.uid}"))
    if item_id is None:
        return NOT_AT_ALL
    found = rig.connector().get([item_id])[item_id]
    assert found.problem is None, found.problem
    assert found.content is not None
    return _said(_differences(content, found.content))


def _differences(wanted: Content, found: Content) -> list[str]:
    """Return the members of an item in which two contents differ."""
    one, other = (jscalendar.write(normal(each)) for each in (wanted, found))
    names = {*one, *other} - {"uid"}
    return sorted(name for name in names if one.get(name) != other.get(name))


def _said(differences: list[str]) -> str:
    if not differences:
        return WHOLE
    return "without " + ", ".join(f"`{name}`" for name in differences)


def lost_members(held: Held) -> set[str]:
    """Return the members that some kind did not keep whole."""
    return {
        name for said in held.values() for name in re.findall("`([a-zA-Z]+)`", said)
    }


# --- The page ------------------------------------------------------------------------


def table(results: Mapping[str, Held]) -> str:
    """Return the table of all kinds, a column for each application."""
    columns = list(results)
    rows = [
        f"| {kind} | {' | '.join(results[name][kind] for name in columns)} |"
        for kind in contents()
    ]
    head = f"| kind of appointment | {' | '.join(columns)} |"
    return "\n".join([head, "|---" * (len(columns) + 1) + "|", *rows])


def forms() -> str:
    """Return a section for each connector, from what it says of itself."""
    found = [registry.definition(name) for name in registry.names()]
    return "\n\n".join(_section(one) for one in found)


def _section(definition: Definition) -> str:
    capable = definition.capabilities
    seconds = capable.poll_seconds
    told = f"is asked every {seconds} seconds" if seconds else "tells of its changes"
    series = "held as such" if capable.series else "kept as single appointments"
    lines = [
        f"### `{definition.name}`: {definition.title}",
        "",
        f"Versions: {capable.versions}. Creates: {capable.creates}. Series are "
        f"{series}. It {told}.",
        "",
        *_fields(definition),
        *(f"* {limit}" for limit in definition.limits),
        *(f"* `{name}`: {what}" for name, what in definition.loses.items()),
    ]
    return "\n".join(lines)


def _fields(definition: Definition) -> list[str]:
    required = definition.form.get("required", ())
    rows = [
        f"| `{name}` | {'yes' if name in required else ''} | "
        f"{'vault' if name in definition.secrets else ''} | "
        f"{member.get('title', '')}: {member.get('description', '')} |"
        for name, member in definition.form.get("properties", {}).items()
    ]
    head = [
        "| member of `application` | must be given | secret | |",
        "|---|---|---|---|",
    ]
    return [*head, *rows, ""]


def page_with(page: str, parts: Mapping[str, str]) -> str:
    """Return the page with what lies between its marks made anew."""
    for name, text in parts.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n\n{text}\n\n{end}{after}"
    return page


def measured() -> dict[str, Held]:
    """Return what every application holds, by trying."""
    results: dict[str, Held] = {}
    for name, make in STANDING.items():
        with make() as rig:
            results[name] = held_by(rig)
    return results


def main() -> None:
    """Write the tables of docs/connectors.md anew."""
    page = PAGE.read_text(encoding="utf-8")
    parts = {"forms": forms(), "conformance": table(measured())}
    PAGE.write_text(page_with(page, parts), encoding="utf-8")


if __name__ == "__main__":
    main()
