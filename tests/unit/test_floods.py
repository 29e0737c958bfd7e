"""What strangers may call all day long costs no document, no task and no secret."""

import time
from dataclasses import replace
from typing import Any, Never

import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from functions import bootstrap
from functions.agenda_webhook import agenda_webhook
from functions.calendar_webhook import calendar_webhook
from functions.settings import read_settings
from functions.sync_connection import sync_connection
from services.google.push import channel_token
from services.world import World
from tests.twins import MemoryVault
from tests.worlds import Stage

MANY = 500


class Untouchable:
    """A port that nobody may touch."""

    def __getattr__(self, name: str) -> Never:
        raise AssertionError(f"A stranger's request came as far as {name}.")


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


@pytest.fixture
def world(vault: MemoryVault, monkeypatch: pytest.MonkeyPatch) -> World:
    """A process in which store, queue, mail and Google are out of bounds."""
    stage = Stage()
    stage._vault = vault
    out: Any = Untouchable()
    ports = {"store": out, "queue": out, "mailer": out, "accounts": out}
    world = replace(stage.new_process(), **ports)
    monkeypatch.setattr(bootstrap, "_settings", None)
    monkeypatch.setattr(bootstrap, "_world", None)
    bootstrap.use(read_settings({}), world)
    return world


def asked(path: str, headers: dict[str, str], *, data: bytes = b"") -> Request:
    builder = EnvironBuilder(
        path, method="POST", headers=list(headers.items()), data=data
    )
    return Request(builder.get_environ())


def once_a_second(began: float) -> float:
    """Return how often the vault may have been asked since then."""
    return 3 + time.monotonic() - began


def test_a_flood_of_forged_pushes_touches_nothing(
    world: World, vault: MemoryVault
) -> None:
    began = time.monotonic()
    genuine = channel_token(world.signer, channel="h_1", connection="c_1")
    for number in range(MANY):
        forged = f"{genuine[:-6]}{number:06}" if number % 2 else f"c_1.{number}.x"
        headers = {"X-Goog-Channel-ID": "h_1", "X-Goog-Channel-Token": forged}

        answer = calendar_webhook(asked("/push/google", headers, data=b"x" * 1000))

        assert (answer.status_code, answer.get_data()) == (204, b"")

    assert vault.reads <= once_a_second(began), "made-up key ids are looked for"


def test_a_flood_of_forged_hints_touches_nothing(
    world: World, vault: MemoryVault
) -> None:
    began = time.monotonic()
    for number in range(MANY):
        answer = agenda_webhook(asked(f"/push/agenda/a_1/k.{number}", {}))

        assert (answer.status_code, answer.get_data()) == (204, b"")

    assert vault.reads <= once_a_second(began)


def test_a_flood_of_forged_tasks_touches_nothing(world: World) -> None:
    for number in range(MANY):
        headers = {"Authorization": f"Bearer {number}", "X-Tandem-Task": str(number)}

        answer = sync_connection(asked("/tasks/sync", headers, data=b"{"))

        assert answer.status_code == 401
