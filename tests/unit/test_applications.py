"""What an agenda is given of its application: checked, tried, its secrets hidden."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from connectors.base import (
    ApplicationRefused,
    Capabilities,
    Connector,
    Creates,
    Definition,
    Json,
    Means,
    Versions,
)
from connectors.http import NoAnswer, Why
from connectors.rest.definition import DEFINITION as REST
from services.agendas.agenda import (
    Agenda,
    Wanted,
    application_of,
    change_agenda,
    create_agenda,
    delete_agenda,
    get_agenda,
)
from services.agendas.applications import open_application
from services.organizations.organization import create_organization
from services.ports.store import Query
from services.refusals import InTheWay, Invalid
from services.world import Application
from sync.errors import OperatorFault
from sync.problems import Problem
from tests.worlds import Stage

FORM: Mapping[str, Json] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["url", "password"],
    "properties": {
        "url": {"type": "string", "minLength": 8, "pattern": "^https://"},
        "user": {"type": "string", "maxLength": 5},
        "password": {"type": "string", "writeOnly": True, "minLength": 1},
        "calendar": {"type": "string"},
        "pace": {"type": "integer", "minimum": 1},
    },
}
GIVEN = {"url": "https://app.example", "user": "anna", "password": "correct"}


class Office:
    """An application that knows one password, and the connectors of a world with it."""

    def __init__(self) -> None:
        self.down = False
        self.opened: list[Mapping[str, Json]] = []
        self.memories: list[Any] = []
        self.definition_ = Definition(
            name="office",
            title="Office",
            capabilities=Capabilities(
                versions=Versions.NONE, creates=Creates.BLIND, poll_seconds=60
            ),
            form=FORM,
            open=self._open,
            tried=self._tried,
        )

    @property
    def names(self) -> Sequence[str]:
        return ("office", "rest")

    def definition(self, name: str) -> Definition:
        return {"office": self.definition_, "rest": REST}[name]

    def means(self, application: Application) -> Means:
        unused: Any = None
        return Means(
            agenda=application.agenda,
            time_zone=application.time_zone,
            now=unused,
            sleep=unused,
            http=unused,
            shelf=unused,
        )

    def _tried(
        self, application: Mapping[str, Json], means: Means
    ) -> Mapping[str, Json]:
        if self.down:
            raise NoAnswer(Why.UNREACHABLE, host="app.example")
        if application["password"] != "correct":
            message = "The password is wrong."
            raise ApplicationRefused(Problem(pointer="/password", message=message))
        return {**application, "calendar": "found"}

    def _open(self, application: Mapping[str, Json], means: Means) -> Connector:
        self.opened.append(application)
        self.memories.append(means.memory)
        return cast(Connector, object())


class Desk:
    """A world in which an office is the application."""

    def __init__(self) -> None:
        self.stage, self.office = Stage(), Office()
        self.world = replace(self.stage.world, connectors=self.office)
        made = create_organization(self.world, "Fixers", now=self.stage.now)
        self.organization = made[0].id

    def create(self, **application: Json) -> Agenda:
        wanted = Wanted(
            name="Anna",
            owner_email="anna@example.com",
            connector="office",
            application={**GIVEN, **application},
        )
        return create_agenda(
            self.world, wanted, organization=self.organization, now=self.stage.now
        )

    def change(self, agenda: Agenda, **patch: Json) -> Agenda:
        return change_agenda(self.world, agenda.id, {"application": patch})

    def open(self, agenda: Agenda) -> Mapping[str, Json]:
        known = get_agenda(self.world.store, agenda.id)
        open_application(self.world, application_of(known))
        return self.office.opened[-1]

    @property
    def vault(self) -> dict[str, bytes]:
        return dict(self.world.vault._secrets)  # type: ignore[attr-defined]  # because a test may look into its twin

    @property
    def stored(self) -> str:
        found = self.world.store.query(Query(collection="agendas", limit=100))
        return json.dumps([document.data for document in found], default=str)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def pointers(refused: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return {one.pointer: one.message for one in refused.value.problems}


def test_what_fits_and_works_is_kept_with_what_was_found(desk: Desk) -> None:
    agenda = desk.create()

    assert agenda.application == {
        "url": "https://app.example",
        "user": "anna",
        "calendar": "found",
    }
    assert desk.open(agenda) == {**GIVEN, "calendar": "found"}


def test_secrets_lie_in_the_vault_and_nowhere_else(desk: Desk) -> None:
    agenda = desk.create()

    assert json.loads(desk.vault[agenda.secret_name]) == {"password": "correct"}
    assert "correct" not in desk.stored


def test_each_bad_member_is_named_with_a_sentence(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.create(url="http://app.example", user=7, password="", pace=0, colour="red")

    assert pointers(refused) == {
        "/application/url": "Is not what is asked for here.",
        "/application/user": "Must be text.",
        "/application/password": "Must not be empty.",
        "/application/pace": "Must be 1 or more.",
        "/application/colour": (
            "There is no such member here; there are calendar, pace, password, url,"
            " user."
        ),
    }
    assert desk.stored == "[]"


def test_a_wrong_password_is_told_from_a_server_that_is_down(desk: Desk) -> None:
    with pytest.raises(Invalid) as wrong:
        desk.create(password="guess")
    desk.office.down = True
    with pytest.raises(Invalid) as down:
        desk.create()

    assert pointers(wrong) == {"/application/password": "The password is wrong."}
    [message] = pointers(down).values()
    assert message.startswith("The server app.example cannot be reached")
    assert desk.stored == "[]"
    assert not [name for name in desk.vault if name.startswith("application")]


def test_an_unknown_connector_is_named_with_those_that_there_are(desk: Desk) -> None:
    wanted = Wanted(name="Anna", owner_email="anna@example.com", connector="outlook")
    with pytest.raises(Invalid) as refused:
        create_agenda(
            desk.world, wanted, organization=desk.organization, now=desk.stage.now
        )

    assert pointers(refused) == {
        "/connector": "There is no such connector; there are office, rest."
    }


def test_a_patch_changes_what_it_names_and_tries_the_whole(desk: Desk) -> None:
    agenda = desk.create()

    changed = desk.change(agenda, user="ben")

    assert changed.application["user"] == "ben"
    assert desk.open(agenda) == {**GIVEN, "user": "ben", "calendar": "found"}
    assert changed.secret_name != agenda.secret_name
    assert agenda.secret_name not in desk.vault


def test_a_wrong_patch_leaves_everything_as_it_was(desk: Desk) -> None:
    agenda = desk.create()

    with pytest.raises(Invalid) as refused:
        desk.change(agenda, password="guess", user="ben")

    assert set(pointers(refused)) == {"/application/password"}
    assert desk.open(agenda) == {**GIVEN, "calendar": "found"}
    assert list(desk.vault) == [agenda.secret_name]


def test_of_two_patches_at_once_one_is_told_so_and_leaves_no_secret(desk: Desk) -> None:
    agenda = desk.create()
    tried = desk.office._tried

    def meanwhile(application: Mapping[str, Json], means: Means) -> Mapping[str, Json]:
        desk.office.definition_ = replace(desk.office.definition_, tried=tried)
        desk.change(agenda, user="first")
        return tried(application, means)

    desk.office.definition_ = replace(desk.office.definition_, tried=meanwhile)
    with pytest.raises(InTheWay):
        desk.change(agenda, user="later")

    assert desk.open(agenda)["user"] == "first"
    assert len([name for name in desk.vault if name.startswith("application")]) == 1


def test_deleting_the_agenda_deletes_its_secrets(desk: Desk) -> None:
    agenda = desk.create()
    desk.open(agenda)

    delete_agenda(desk.world, agenda.id, leave=lambda _: None)

    assert agenda.secret_name not in desk.vault
    assert desk.world.memory.applications == {}


def test_the_vault_is_asked_once_and_notes_last_as_long_as_the_secrets(
    desk: Desk,
) -> None:
    agenda = desk.create()
    for _ in range(3):
        desk.open(agenda)
        desk.office.memories[-1]["token"] = "t"
    assert desk.world.vault.reads == 1  # type: ignore[attr-defined]  # because a test may look into its twin
    assert desk.office.memories[0] is desk.office.memories[2]

    desk.change(agenda, user="ben")
    desk.open(agenda)

    assert desk.office.memories[-1] == {}


def test_a_vault_that_lost_the_secrets_says_what_to_do(desk: Desk) -> None:
    agenda = desk.create()
    desk.world.vault.delete(agenda.secret_name)

    with pytest.raises(OperatorFault, match="give them anew"):
        desk.open(agenda)
