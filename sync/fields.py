"""Details laid flat, field by field, for comparing and merging.

Values are JSON values; a field that holds its default is absent.
"""

from collections.abc import Mapping

from sync.content import (
    Alert,
    Answer,
    Details,
    Duration,
    FreeBusy,
    Participant,
    Privacy,
    Status,
    Text,
    When,
)
from sync.values import (
    Json,
    duration_of,
    duration_text,
    slot_of_text,
    slot_text,
)

Fields = Mapping[str, Json]

ANSWER = "answer/"
"""With the address behind it: what a participant answered, said and brings along."""


def fields_of(details: Details) -> dict[str, Json]:
    """Return the details of one occurrence, or of a series, laid flat."""
    fields: dict[str, Json] = {"when": _when_json(details.when)}
    texts = {
        "title": details.title,
        "color": details.color,
        "people": details.people,
        "status": _unless(details.status, Status.CONFIRMED),
        "freeBusy": _unless(details.free_busy, FreeBusy.BUSY),
        "privacy": _unless(details.privacy, Privacy.PUBLIC),
    }
    fields.update({name: text for name, text in texts.items() if text})
    if details.duration != Duration():
        fields["duration"] = duration_text(details.duration)
    if details.description != Text():
        text = details.description
        fields["description"] = {"text": text.text, "html": text.html}
    return {**fields, **_many_of(details)}


def _unless(value: str, default: str) -> str:
    return "" if value == default else str(value)


def _when_json(when: When) -> dict[str, Json]:
    start = slot_text(when.start)
    return {"start": start, "zone": when.zone, "end_zone": when.end_zone}


def _many_of(details: Details) -> dict[str, Json]:
    """Return what there may be several of, each under a key of its own."""
    many: dict[str, Json] = {
        f"participant/{person.email}": _person_json(person)
        for person in details.participants
    }
    many |= {
        f"{ANSWER}{person.email}": said
        for person in details.participants
        if (said := _answer_json(person))
    }
    if details.places:
        many["location"] = details.places[0]
    flags = [f"location/{place}" for place in details.places[1:]]
    flags += [f"conference/{uri}" for uri in details.conferences]
    flags += [f"alert/{_way(alert)}/{alert.minutes}" for alert in details.alerts]
    flags += [f"keyword/{word}" for word in details.keywords]
    flags += ["alerts/default"] if details.default_alerts else []
    return many | dict.fromkeys(flags, True)


def _way(alert: Alert) -> str:
    return "email" if alert.by_email else "display"


def _person_json(person: Participant) -> dict[str, Json]:
    members: dict[str, Json] = {
        "name": person.name,
        "optional": person.optional,
        "resource": person.resource,
        "organizer": person.organizer,
    }
    return {name: value for name, value in members.items() if value}


def _answer_json(person: Participant) -> dict[str, Json]:
    """Return what only the guest can say: it is merged apart from the invitation."""
    members: dict[str, Json] = {
        "answer": _unless(person.answer, Answer.NEEDS_ACTION),
        "comment": person.comment,
        "guests": person.guests,
    }
    return {name: value for name, value in members.items() if value}


def details_of(fields: Fields) -> Details:
    """Return the details that were laid flat."""
    description = fields.get("description", {})
    places = _named(fields, "location/")
    main = [fields["location"]] if "location" in fields else []
    return Details(
        when=_when(fields["when"]),
        duration=duration_of(fields.get("duration", "PT0S")),
        title=fields.get("title", ""),
        description=Text(
            text=description.get("text", ""), html=description.get("html", False)
        ),
        status=Status(fields.get("status", Status.CONFIRMED)),
        free_busy=FreeBusy(fields.get("freeBusy", FreeBusy.BUSY)),
        privacy=Privacy(fields.get("privacy", Privacy.PUBLIC)),
        participants=_people(fields),
        places=tuple(main + places),
        conferences=tuple(_named(fields, "conference/")),
        alerts=_alerts(fields),
        default_alerts="alerts/default" in fields,
        keywords=tuple(_named(fields, "keyword/")),
        color=fields.get("color", ""),
        people=fields.get("people", ""),
    )


def _when(json: Json) -> When:
    start = slot_of_text(json["start"])
    return When(start=start, zone=json["zone"], end_zone=json["end_zone"])


def _named(fields: Fields, prefix: str) -> list[str]:
    return sorted(key.removeprefix(prefix) for key in fields if key.startswith(prefix))


def _people(fields: Fields) -> tuple[Participant, ...]:
    # Documents of before answers were apart hold them with the participant.
    return tuple(
        _person(
            email,
            {**fields[f"participant/{email}"], **fields.get(f"{ANSWER}{email}", {})},
        )
        for email in _named(fields, "participant/")
    )


def _person(email: str, json: Json) -> Participant:
    answer = Answer(json.get("answer", Answer.NEEDS_ACTION))
    return Participant(email=email, **{**json, "answer": answer})


def _alerts(fields: Fields) -> tuple[Alert, ...]:
    keys = [name.partition("/") for name in _named(fields, "alert/")]
    alerts = [
        Alert(minutes=int(minutes), by_email=way == "email") for way, _, minutes in keys
    ]
    return tuple(sorted(alerts, key=lambda alert: (alert.minutes, alert.by_email)))
