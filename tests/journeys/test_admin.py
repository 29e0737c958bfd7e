"""The operator's command line, against a Tandem that runs."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
import requests

from local.admin.__main__ import main
from services.agendas.agenda import Agenda
from services.organizations.keys import make_organization_key
from tests.journeys.tandem import ANNA, OPERATOR_KEY, TIMEOUT, Browser, Tandem

Said = tuple[int, str, str]


@dataclass(frozen=True)
class Terminal:
    """A terminal with somebody's key in its environment."""

    run: Callable[..., Said]
    tandem: Tandem
    agenda: Agenda

    @property
    def customer(self) -> str:
        """The customer whose agenda there is."""
        return self.agenda.organization

    def operator(self, *words: str) -> str:
        """Return what a command says that is done for the customer."""
        code, out, error = self.run("-o", self.customer, *words)
        assert (code, error) == (0, ""), (out, error)
        return out


@pytest.fixture
def terminal(
    tandem: Tandem,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Terminal:
    """The operator's terminal, and a customer with one agenda."""
    monkeypatch.setenv("TANDEM_URL", tandem.url)
    monkeypatch.setenv("TANDEM_KEY", OPERATOR_KEY)

    def run(*words: str) -> Said:
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return Terminal(run=run, tandem=tandem, agenda=tandem.agenda())


def customers_key(terminal: Terminal) -> str:
    """Return a key of the customer's own."""
    made = make_organization_key(terminal.customer, now=datetime.now(UTC))
    terminal.tandem.world.store.commit([made.write])
    return made.secret


def connected(terminal: Terminal) -> str:
    """Let the agenda's owner connect, and return the connection's id."""
    tandem = terminal.tandem
    Browser().connect(tandem.invite(terminal.agenda).url)
    tandem.settle()
    [row] = terminal.operator("connections").splitlines()[1:]
    return row.split()[0]


def put(terminal: Terminal, item: str) -> None:
    """Have the application state an item, and let it be carried."""
    url = f"{terminal.tandem.url}/v1/agendas/{terminal.agenda.id}/items/{item}"
    body = {
        "@type": "Event",
        "title": item,
        "start": "2026-12-01T09:00:00",
        "timeZone": "Europe/Amsterdam",
    }
    key = {"Authorization": f"Bearer {customers_key(terminal)}"}
    requests.put(url, json=body, headers=key, timeout=TIMEOUT).raise_for_status()
    terminal.tandem.settle()


def test_an_operator_lists_inspects_and_steers(terminal: Terminal) -> None:
    name = connected(terminal)

    assert '"status": "ok"' in terminal.operator("health")
    assert terminal.customer in terminal.operator("organizations")
    assert terminal.agenda.id in terminal.operator("agendas")
    terminal.operator("pause", name)
    shown = terminal.operator("connections", "--state", "paused")
    assert ANNA in shown
    assert name in shown
    assert '"state": "paused"' in terminal.operator("inspect", name)
    assert name in terminal.operator("resume", name)
    assert terminal.operator("connections", "--state", "paused") == "None.\n"


def test_what_is_set_aside_is_listed_and_tried_again(terminal: Terminal) -> None:
    name = connected(terminal)
    refused = {"kind": "refuse", "status": 400, "reason": "invalid", "sent": "odd"}
    terminal.tandem.control("faults", {"rules": [refused]})
    put(terminal, "odd")
    assert "400" in terminal.operator("parked", name)

    terminal.tandem.control("faults", {"rules": []})
    said = terminal.operator("replay", name)
    terminal.tandem.settle()

    assert said.startswith("Tried again: 1 of 1.")
    assert terminal.operator("parked", name) == "None.\n"
    assert "create" in terminal.operator("journal", name)


def test_looking_into_a_customer_leaves_no_key_behind(terminal: Terminal) -> None:
    before = terminal.operator("keys")

    connected(terminal)

    assert terminal.operator("keys") == before


def test_an_organization_looks_with_its_own_key(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = connected(terminal)
    monkeypatch.setenv("TANDEM_KEY", customers_key(terminal))

    code, out, _ = terminal.run("connections")

    assert code == 0
    assert name in out


def test_a_rotated_key_closes_the_old_ones(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = customers_key(terminal)

    said = terminal.operator("rotate", "--close")

    new = said.splitlines()[0].rpartition(" ")[2]
    monkeypatch.setenv("TANDEM_KEY", old)
    assert terminal.run("connections")[0] == 1
    monkeypatch.setenv("TANDEM_KEY", new)
    assert terminal.run("connections")[0] == 0


def test_a_key_cannot_close_itself(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = customers_key(terminal)
    monkeypatch.setenv("TANDEM_KEY", own)
    listed = terminal.operator("keys").splitlines()
    newest = [line.split()[0] for line in listed[1:]]

    closed = [terminal.run("-o", terminal.customer, "close", one) for one in newest]

    refused = [error for code, _, error in closed if code]
    assert len(refused) == 1
    assert "cannot close itself" in refused[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["connections"], "name the customer: -o ORGANIZATION"),
        (["-o", "nobody", "connections"], "There is no such organization"),
        (["keys"], "Name the customer: -o ORGANIZATION"),
        (["-o", "x", "erase", ANNA], f"say it twice: --yes {ANNA}"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    terminal: Terminal, words: list[str], told: str
) -> None:
    code, out, error = terminal.run(*words)

    assert (code, out) == (1, "")
    assert told in error


def test_a_tandem_that_is_not_there_is_named(terminal: Terminal) -> None:
    code, _, error = terminal.run("--url", "http://127.0.0.1:9", "health")

    assert code == 1
    assert "Nothing answers at http://127.0.0.1:9" in error


def test_without_a_key_the_terminal_says_where_it_belongs(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TANDEM_KEY")
    monkeypatch.setenv("TANDEM_URL", "https://tandem.example.com")

    code, _, error = terminal.run("health")

    assert code == 1
    assert "TANDEM_KEY" in error


def test_the_journal_of_a_connection_is_taken_back(terminal: Terminal) -> None:
    name = connected(terminal)
    put(terminal, "mine")
    written = terminal.operator("journal", name).splitlines()[1].split()[0]

    undone = json.loads(terminal.operator("undo", name, "--write", written))
    terminal.tandem.settle()

    assert undone["run"]
    assert "delete" in terminal.operator("journal", name)


def test_what_is_kept_of_a_person_is_shown_and_erased(terminal: Terminal) -> None:
    connected(terminal)

    kept = json.loads(terminal.operator("export", ANNA))
    terminal.operator("erase", ANNA, "--yes", ANNA)

    assert any(ANNA in str(one) for one in kept)
    code, _, error = terminal.run("-o", terminal.customer, "export", ANNA)
    assert code == 1
    assert "Nothing is kept" in error
