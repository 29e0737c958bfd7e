"""The Fulfilment configurations of an agenda, to be copied into CallPro: pure.

CallPro merges `%COLLECTION.FIELD%` into them when they run. What stands in `{{ }}` only
Calway can fill in: the names of its tables are not published.
"""

import json
import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from connectors.base import Configuration, Json, Site
from connectors.callpro.definition import PLACE, SUBJECT, VALIDATED
from connectors.callpro.merging import escaped, fields_of, name_of

AT_ONCE = 20
"""How many changes a run takes in: Fulfilment has no loop over an answer."""

EVERY_MINUTE, EVERY_NIGHT = "* * * * *", "0 3 * * *"
_MERGED = re.compile(r"(%[A-Za-z]\w*\.[A-Za-z]\w*(?: \\[^%]*)?%)")
FROM, TO = (rf"%A.{name} \DTyyyy-MM-ddTHH:mm:ss%" for name in ("FROMDATE", "TODATE"))


def configurations(
    application: Mapping[str, Json], site: Site
) -> Sequence[Configuration]:
    """Return the three: push and pull by the minute, and the nightly comparison."""
    return [
        Configuration(name=name, description=description, text=text)
        for name, description, text in (
            ("push", "Appointments to the calendar", _push(application, site)),
            ("pull", "Changes of the calendar to CallPro", _pull(application, site)),
            ("compare", "All appointments once more", _compare(application, site)),
        )
    ]


def _settings(
    application: Mapping[str, Json], site: Site, *, name: str, cron: str, body: str
) -> str:
    calendar = application["calendar"]
    return f"""<settings>
  <name>tandem-{name}-{calendar}</name>
  <description>Agenda {calendar} and its calendar</description>
  <schedule><cron><expression>{cron}</expression></cron></schedule>
  <variables>
    <Base>{escape(site.base)}</Base>
    <Token>{escape(site.key)}</Token>
    <Agenda>{escape(site.agenda)}</Agenda>
    <Calendar>{calendar}</Calendar>
  </variables>
{body}
</settings>
"""


# --- push and compare ----------------------------------------------------------------


def _push(application: Mapping[str, Json], site: Site) -> str:
    marked = '<Action type="SQL"><SQL>{{ set the marker of %A.ID% }}</SQL></Action>'
    body = _query(
        application,
        site,
        chosen="that changed since their markers",
        deleted=marked,
        put=marked,
    )
    return _settings(application, site, name="push", cron=EVERY_MINUTE, body=body)


def _compare(application: Mapping[str, Json], site: Site) -> str:
    moved = _tag("warning", "appointment %A.ID% begins at %R.START% in the calendar")
    body = _query(
        application,
        site,
        chosen="of the next 60 days, the cancelled ones too",
        deleted=_tag("debug", "appointment %A.ID% is cancelled"),
        put=f"""<if condition="'%R.START%' = '{FROM}'">
            <then>{_tag("debug", "appointment %A.ID% is the same")}</then>
            <else>{moved}</else>
          </if>""",
    )
    return _settings(application, site, name="compare", cron=EVERY_NIGHT, body=body)


def _tag(level: str, text: str) -> str:
    return f'<Action type="TAG"><TAG loglevel="{level}">{text}</TAG></Action>'


def _query(
    application: Mapping[str, Json], site: Site, *, chosen: str, deleted: str, put: str
) -> str:
    payload = escape(json_of(application, site))
    loads = "\n".join(f"    {one}" for one in _loads(application))
    return f"""  <query>
    <SQL Collection="A" ReferenceID="a:%A.ID%">
      {{{{ the query that gives id, entryid, fromdate, todate and cancelled of the
         appointments of calendar %VARIABLE.Calendar% {chosen} }}}}
    </SQL>
{loads}
    <if condition="%A.CANCELLED% = 1">
      <then>
        <Action type="webservice" collection="R">
          <library>tandem</library><url>%VARIABLE.Base%</url>
          <method type="DELETE">{_APPOINTMENT}</method>
          {_BEARER}
          <OnSuccess>{deleted}</OnSuccess>
          <OnFailure>{_failed("delete")}</OnFailure>
        </Action>
      </then>
      <else>
        <Action type="webservice" collection="R">
          <library>tandem</library><url>%VARIABLE.Base%</url>
          <method type="PUT">{_APPOINTMENT}</method>
          {_BEARER}
          <header name="contenttype">application/json</header>
          <header name="accept">application/json</header>
          <payload>{payload}</payload>
          <result fieldName="start">start</result>
          <result fieldName="end">end</result>
          <OnSuccess>{put}</OnSuccess>
          <OnFailure>{_failed("put")}</OnFailure>
        </Action>
      </else>
    </if>
  </query>"""


_APPOINTMENT = "v1/agendas/%VARIABLE.Agenda%/appointments/callpro-%A.ID%"
_BEARER = '<header name="Authorization">bearer %VARIABLE.Token%</header>'


def _failed(what: str) -> str:
    return _tag("error", f"tandem {what} %A.ID%: %DEBUG.LASTERROR%")


def _loads(application: Mapping[str, Json]) -> list[str]:
    """Return the actions that load what the merge fields stand for."""
    entry = _load("SCRIPT", "ENTRY", "ENTRYID")
    wanted = any(one.startswith("%APPOINTMENT.") for one in _fields(application))
    return [entry, *([_load("APPOINTMENT", "APPOINTMENT", "ID")] if wanted else [])]


def _load(collection: str, kind: str, field: str) -> str:
    return (
        f'<Action type="resource" Collection="{collection}">'
        f"<ResourceType>{kind}</ResourceType>"
        f"<ResourceID>%A.{field}%</ResourceID></Action>"
    )


def _fields(application: Mapping[str, Json]) -> list[str]:
    subject, place = (
        application.get("subject", SUBJECT),
        application.get("place", PLACE),
    )
    return fields_of(subject, place, application.get("body", ""))


def json_of(application: Mapping[str, Json], site: Site) -> str:
    """Return the body of a PUT, with merge fields in it."""
    members: dict[str, str] = {
        "start": FROM,
        "end": TO,
        "time_zone": site.time_zone,
        "title": escaped(application.get("subject", SUBJECT)),
        "entry": "%A.ENTRYID%",
    }
    members |= {name_of(one): escaped(one) for one in _fields(application)}
    if application.get("category_field"):
        members["type"] = escaped(application["category_field"])
    if application.get("waiting"):
        waits = application["waiting"]
        members[VALIDATED] = rf'%SCRIPT.EXP_APP \IF"{waits}"?FALSE:TRUE%'
    lines = (f"{json.dumps(name)}: {_quoted(members[name])}" for name in members)
    return "{" + ",\n            ".join(lines) + "}"


def _quoted(text: str) -> str:
    """Return a JSON string in which merge fields keep their own backslashes."""
    parts = _MERGED.split(text)
    parts[::2] = [json.dumps(part, ensure_ascii=False)[1:-1] for part in parts[::2]]
    return '"' + "".join(parts) + '"'


# --- pull ----------------------------------------------------------------------------

RESULTS = (
    *("ack", "op", "id", "start", "end", "all_day", "title", "location"),
    *("description", "private", "busy"),
)


def _pull(application: Mapping[str, Json], site: Site) -> str:
    results = "\n".join(
        f'      <result fieldName="{name}">{name}</result>' for name in RESULTS
    )
    body = f"""  <repeat>
    <counter Collection="n">{AT_ONCE}</counter>
    <Action type="webservice" collection="CHANGE">
      <library>tandem</library><url>%VARIABLE.Base%</url>
      <method type="GET">v1/agendas/%VARIABLE.Agenda%/changes/next</method>
      {_BEARER}
{results}
    </Action>
    <Action type="SQL" condition="'%CHANGE.ACK%' &gt; ''">
      <SQL>{{{{ the procedure that keeps or deletes (%CHANGE.OP%) one event of calendar
         %VARIABLE.Calendar% by its outside id, or changes the appointment behind an id
         that begins with callpro-; it takes its values as parameters }}}}</SQL>
      <OnSuccess>
        <Action type="webservice" collection="ACK">
          <library>tandem</library><url>%VARIABLE.Base%</url>
          <method type="POST">v1/agendas/%VARIABLE.Agenda%/changes/%CHANGE.ACK%</method>
          {_BEARER}
          <payload>{{}}</payload>
        </Action>
      </OnSuccess>
    </Action>
  </repeat>"""
    return _settings(application, site, name="pull", cron=EVERY_MINUTE, body=body)
