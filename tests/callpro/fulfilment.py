"""A small interpreter of CallPro's Fulfilment, for the commands that we hand out.

It knows the elements, attributes and formats that Calway documents, and refuses any
other: a configuration that runs here uses nothing that is not known to exist.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from xml.etree import ElementTree

import requests

Row = dict[str, Any]
Element = ElementTree.Element

_MERGED = re.compile(r"%(\w+)\.(\w+)(?: (\\[^%]*))?%")
_IF = re.compile(r'\\IF"([^"]*)"\?(\w*):(\w*)')
_CONDITION = re.compile(r"('[^']*'|\d+) (=|>) ('[^']*'|\d+)")
_NET = (
    *(("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d")),
    *(("HH", "%H"), ("mm", "%M"), ("ss", "%S")),
)
KNOWN: Mapping[str, frozenset[str]] = {
    "settings": frozenset(),
    "query": frozenset(),
    "repeat": frozenset(),
    "SQL": frozenset({"Collection", "ReferenceID"}),
    "Action": frozenset({"type", "collection", "Collection", "condition"}),
    "if": frozenset({"condition"}),
    "then": frozenset(),
    "else": frozenset(),
    "counter": frozenset({"Collection"}),
    "method": frozenset({"type"}),
    "header": frozenset({"name"}),
    "result": frozenset({"fieldName"}),
    "TAG": frozenset({"loglevel"}),
}
PLAIN = frozenset(
    {
        *("name", "description", "schedule", "cron", "expression", "variables"),
        *("library", "url", "payload", "ResourceType", "ResourceID"),
        *("OnSuccess", "OnFailure"),
    }
)
HEADERS = {"contenttype": "Content-Type"}


class Database(Protocol):
    """What stands behind SQL and resources."""

    def sql(self, text: str, collections: Mapping[str, Row]) -> list[Row]: ...

    def resource(self, kind: str, number: str) -> Row: ...


@dataclass(kw_only=True)
class Fulfilment:
    """One configuration, and what its last runs logged."""

    text: str
    database: Database
    collections: dict[str, Row] = field(default_factory=dict)
    logged: list[tuple[str, str]] = field(default_factory=list)
    calls: int = 0

    def run(self) -> None:
        """Do what is to be done when the cron expression is due."""
        root = ElementTree.fromstring(self.text)  # noqa: S314  because it is our own
        _check(root)
        self.collections = {"DEBUG": {}}
        variables = root.find("variables")
        assert variables is not None
        self.collections["VARIABLE"] = {
            one.tag.upper(): one.text or "" for one in variables
        }
        query, repeat = root.find("query"), root.find("repeat")
        assert (query is None) != (repeat is None), "either a query or a repeat"
        if query is not None:
            self._query(query)
        if repeat is not None:
            self._repeat(repeat)

    def _query(self, query: Element) -> None:
        select, *rest = query
        assert select.tag == "SQL"
        for row in self.database.sql(self._merged(select.text), self.collections):
            self.collections[select.attrib["Collection"].upper()] = row
            self._all(rest)

    def _repeat(self, repeat: Element) -> None:
        counter, *rest = repeat
        for _ in range(int(counter.text or "")):
            self._all(rest)

    def _all(self, elements: list[Element]) -> None:
        for element in elements:
            if element.tag == "if":
                branch = "then" if self._holds(element.attrib["condition"]) else "else"
                self._all(list(element.find(branch) or ()))
            else:
                assert element.tag == "Action", element.tag
                self._action(element)

    def _action(self, action: Element) -> None:
        if "condition" in action.attrib and not self._holds(action.attrib["condition"]):
            return
        kinds: Mapping[str, Callable[[Element], None]] = {
            "webservice": self._webservice,
            "resource": self._resource,
            "SQL": self._sql,
            "TAG": self._tag,
        }
        kinds[action.attrib["type"]](action)

    # --- actions ---------------------------------------------------------------------

    def _resource(self, action: Element) -> None:
        kind = self._merged(action.findtext("ResourceType"))
        number = self._merged(action.findtext("ResourceID"))
        name = action.attrib["Collection"].upper()
        self.collections[name] = self.database.resource(kind, number)

    def _sql(self, action: Element) -> None:
        self.database.sql(self._merged(action.findtext("SQL")), self.collections)
        self._all(list(action.find("OnSuccess") or ()))

    def _tag(self, action: Element) -> None:
        tag = action.find("TAG")
        assert tag is not None
        self.logged.append((tag.attrib["loglevel"], self._merged(tag.text)))

    def _webservice(self, action: Element) -> None:
        self.calls += 1
        method = action.find("method")
        assert method is not None
        payload = action.find("payload")
        answer = requests.request(
            method.attrib["type"],
            f"{self._merged(action.findtext('url'))}/{self._merged(method.text)}",
            headers={
                HEADERS.get(one.attrib["name"], one.attrib["name"]): self._merged(
                    one.text
                )
                for one in action.findall("header")
            },
            data=None if payload is None else self._merged(payload.text).encode(),
            timeout=15,
        )
        if not answer.ok:
            self.collections["DEBUG"]["LASTERROR"] = f"{answer.status_code}"
            self._all(list(action.find("OnFailure") or ()))
            return
        found = json.loads(answer.content) if answer.content else {}
        self.collections[action.attrib["collection"].upper()] = {
            one.attrib["fieldName"].upper(): found.get(one.text, "")
            for one in action.findall("result")
        }
        self._all(list(action.find("OnSuccess") or ()))

    # --- merge fields ----------------------------------------------------------------

    def _holds(self, condition: str) -> bool:
        found = _CONDITION.fullmatch(self._merged(condition))
        assert found is not None, condition
        left, compares, right = found.groups()
        return left == right if compares == "=" else left > right

    def _merged(self, text: str | None) -> str:
        return _MERGED.sub(self._field, text or "").strip()

    def _field(self, match: re.Match[str]) -> str:
        value = self.collections.get(match[1].upper(), {}).get(match[2].upper(), "")
        return _formatted(value, match[3] or "")


def _formatted(value: Any, how: str) -> str:
    if how.startswith(r"\DT"):
        for net, python in _NET:
            how = how.replace(net, python)
        assert isinstance(value, datetime)
        return value.strftime(how.removeprefix(r"\DT"))
    chosen = _IF.fullmatch(how)
    if chosen is not None:
        return chosen[2] if str(value) == chosen[1] else chosen[3]
    assert how in ("", r"\JS"), how
    return json.dumps(str(value))[1:-1] if how else str(value)


def _check(element: Element) -> None:
    """See to it that nothing is asked of Fulfilment that is not known to exist."""
    if element.tag == "variables":
        return
    assert element.tag in KNOWN or element.tag in PLAIN, element.tag
    unknown = element.attrib.keys() - KNOWN.get(element.tag, frozenset())
    assert not unknown, (element.tag, unknown)
    for child in element:
        _check(child)
