"""An operator rotates keys by one command; what the old ones made stays good."""

import sys
from pathlib import Path

import pytest

from functions import bootstrap, rotate_keys
from functions.settings import read_settings
from local.vault import FileVault
from services.secrets.sealing import Sealer
from services.secrets.signing import Signer


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileVault:
    """The vault that the command's settings name."""
    chosen = {
        "TANDEM_STORE": f"sqlite:{tmp_path}/tandem.db",
        "TANDEM_QUEUE": f"local:{tmp_path}/queue.db",
        "TANDEM_VAULT": f"file:{tmp_path}/vault",
        "TANDEM_MAIL": f"folder:{tmp_path}/mail",
    }
    bootstrap.use(read_settings(chosen))
    return FileVault(tmp_path / "vault")


def rotated(monkeypatch: pytest.MonkeyPatch, keyset: str) -> None:
    monkeypatch.setattr(sys, "argv", ["rotate_keys", keyset])
    rotate_keys.main()


def test_the_first_rotation_makes_the_keyset(
    vault: FileVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rotated(monkeypatch, "signing-keys")

    told = capsys.readouterr().out
    key_id = Signer(vault).sign("channel", ["c1"]).partition(".")[0]
    assert told == f"signing-keys uses the key {key_id} from now on.\n"


def test_what_was_sealed_before_opens_and_what_comes_has_the_new_key(
    vault: FileVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old = Sealer(vault).seal(b"token", bound_to="a")

    rotated(monkeypatch, "sealing-keys")

    key_id = capsys.readouterr().out.split()[4]
    assert Sealer(vault).open(old, bound_to="a") == b"token"
    assert key_id.encode() in Sealer(vault).seal(b"token", bound_to="a")


def test_no_other_secret_is_rotated(
    vault: FileVault,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        rotated(monkeypatch, "operator-key")

    assert "invalid choice" in capsys.readouterr().err
