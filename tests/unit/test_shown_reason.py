"""What a connection tells a person who asks why."""

from dataclasses import replace
from datetime import UTC, datetime

from services.connections.connection import Connection, Counts

CONNECTION = Connection(
    id="c_1",
    organization="o_1",
    agenda="a_1",
    account="o_1.1",
    email="anna@example.com",
    calendar_id="anna@example.com",
    created_at=datetime(2026, 11, 20, tzinfo=UTC),
)


def test_nothing_is_said_where_all_is_well() -> None:
    assert CONNECTION.shown_reason == ""


def test_what_is_set_aside_is_said() -> None:
    one = replace(CONNECTION, counts=Counts(parked=1))
    three = replace(CONNECTION, counts=Counts(parked=3))

    assert one.shown_reason.startswith("1 appointment is set aside")
    assert three.shown_reason.startswith("3 appointments are set aside")


def test_the_connection_s_own_reason_comes_first() -> None:
    held = replace(CONNECTION, reason="The brake holds.", counts=Counts(parked=3))

    assert held.shown_reason == "The brake holds."
