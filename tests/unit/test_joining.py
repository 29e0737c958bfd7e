"""Joining: which calendar an owner's grant opens, and with which role."""

from dataclasses import replace

import pytest

from services.consent.endings import Ended, Ending, Outcome
from services.consent.joining import join
from services.ports.accounts import Grant
from services.ports.calendar import CalendarEntry
from services.ports.store import Query
from tests.worlds import Stage

OWN = CalendarEntry(
    id="anna@example.com",
    summary="Anna",
    access_role="owner",
    time_zone="Europe/Amsterdam",
    primary=True,
)
TEAM = replace(OWN, id="team@example.com", summary="Team", primary=False)


def joined(*entries: CalendarEntry, direction: str = "both") -> tuple[Stage, Ending]:
    """Join a new agenda with an account whose list holds these calendars."""
    stage = Stage()
    stage.google.entries = entries
    grant = Grant(
        subject="1",
        email="anna@example.com",
        email_verified=True,
        scopes=frozenset(),
        access=stage.google.token(),
        refresh_token="1//refresh",
        nonce="",
    )
    agenda = replace(stage.agenda(), settings={"direction": direction})
    return stage, join(stage.world, agenda, grant, client_id="1-app", now=stage.now)


def test_the_account_s_own_calendar_is_meant_unless_an_agenda_names_one() -> None:
    stage, ending = joined(TEAM, OWN)

    [connection] = stage.store.query(Query(collection="connections"))
    assert ending.outcome is Outcome.DONE
    assert connection.data["calendar_id"] == OWN.id


@pytest.mark.parametrize("role", ["owner", "writer", "writerWithoutPrivateAccess"])
def test_every_role_that_may_write_can_be_joined(role: str) -> None:
    _, ending = joined(replace(OWN, access_role=role))

    assert ending.outcome is Outcome.DONE


@pytest.mark.parametrize("role", ["reader", "freeBusyReader", "a role to come"])
def test_a_role_that_may_only_read_is_refused(role: str) -> None:
    with pytest.raises(Ended) as caught:
        joined(replace(OWN, access_role=role))

    assert caught.value.ending.outcome is Outcome.CALENDAR_READ_ONLY


def test_reading_is_enough_where_nothing_goes_to_the_calendar() -> None:
    _, ending = joined(replace(OWN, access_role="reader"), direction="to_agenda")

    assert ending.outcome is Outcome.DONE


def test_an_account_without_that_calendar_is_told_so() -> None:
    with pytest.raises(Ended) as caught:
        joined(TEAM)

    assert caught.value.ending.outcome is Outcome.CALENDAR_MISSING
