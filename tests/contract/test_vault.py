"""What the vault promises: on files, in Secret Manager, and on the twin in memory."""

import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from local.vault import FileVault
from services.limits import MAX_SECRET_BYTES, NotAllowed, TooLarge
from services.ports.vault import SecretMissing, Vault
from services.secrets.sealing import Sealer
from services.secrets.signing import Signer
from tests.twins import MemoryVault

OpenVault = Callable[[], Vault]


@pytest.fixture(params=["file", "memory", "cloud"])
def open_vault(request: pytest.FixtureRequest, tmp_path: Path) -> OpenVault:
    """Return a way to open the same vault, as each process does for itself."""
    if request.param == "cloud":
        opened: OpenVault = request.getfixturevalue("new_cloud_vault")
        return opened
    if request.param == "file":
        return lambda: FileVault(tmp_path / "vault")
    memory = MemoryVault()
    return lambda: memory


@pytest.fixture
def vault(open_vault: OpenVault) -> Vault:
    return open_vault()


def test_what_was_written_is_read(vault: Vault) -> None:
    value = bytes(range(256)) * 100

    vault.write("key", value)
    vault.write("KEY_of-another-1", b"")

    assert vault.read("key") == value
    assert vault.read("KEY_of-another-1") == b""


def test_the_latest_version_counts(vault: Vault) -> None:
    for number in range(12):
        vault.write("key", b"%d" % number)

    assert vault.read("key") == b"11"


def test_a_missing_secret_is_named(vault: Vault) -> None:
    with pytest.raises(SecretMissing, match="google-client"):
        vault.read("google-client")


def test_a_deleted_secret_is_gone_with_all_its_versions(vault: Vault) -> None:
    vault.write("key", b"1")
    vault.write("key", b"2")

    vault.delete("key")
    vault.delete("key")

    with pytest.raises(SecretMissing):
        vault.read("key")
    vault.write("key", b"3")
    assert vault.read("key") == b"3"


def test_what_is_written_once_stays(vault: Vault) -> None:
    first = vault.write_once("key", b"1")
    second = vault.write_once("key", b"2")

    assert first == second == vault.read("key") == b"1"
    vault.write("key", b"3")
    assert vault.write_once("key", b"4") == b"3"


def test_all_who_write_once_at_the_same_moment_get_the_same(
    open_vault: OpenVault,
) -> None:
    barrier = threading.Barrier(8)
    got: list[bytes] = []

    def write(number: int) -> None:
        vault = open_vault()
        barrier.wait()
        got.append(vault.write_once("key", b"%d" % number))

    together(write)

    assert len(got) == 8
    assert set(got) == {open_vault().read("key")}


def test_what_another_process_wrote_is_read_anew(open_vault: OpenVault) -> None:
    here, there = open_vault(), open_vault()
    here.write("key", b"1")
    there.read("key")

    here.write("key", b"2")

    assert there.read_anew("key") == b"2"
    assert there.read("key") == b"2"


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a.b", "é", "a" * 256, ".", "a\n"])
def test_a_name_that_no_vault_takes_is_refused(vault: Vault, name: str) -> None:
    for deed in (vault.read, vault.read_anew, vault.delete):
        with pytest.raises(NotAllowed, match="name of a secret"):
            deed(name)
    for write in (vault.write, vault.write_once):
        with pytest.raises(NotAllowed, match="name of a secret"):
            write(name, b"")


def test_a_secret_that_the_cloud_would_refuse_is_refused(vault: Vault) -> None:
    vault.write("large", b"x" * MAX_SECRET_BYTES)

    for write in (vault.write, vault.write_once):
        with pytest.raises(TooLarge, match=r"65,537 bytes, and 65,536"):
            write("larger", b"x" * (MAX_SECRET_BYTES + 1))

    with pytest.raises(SecretMissing):
        vault.read("larger")


def test_keys_that_are_rotated_serve_other_processes_at_once(
    open_vault: OpenVault,
) -> None:
    here, there = open_vault(), open_vault()
    sealed = Sealer(here).seal(b"token", bound_to="a")
    signature = Signer(here).sign("channel", ["c1"])
    sealer, signer = Sealer(there), Signer(there)
    assert sealer.open(sealed, bound_to="a") == b"token"

    Sealer(here).rotate()
    Signer(here).rotate()

    assert sealer.open(Sealer(here).seal(b"new", bound_to="a"), bound_to="a") == b"new"
    assert signer.verify("channel", ["c2"], Signer(here).sign("channel", ["c2"]))
    assert sealer.open(sealed, bound_to="a") == b"token"
    assert signer.verify("channel", ["c1"], signature)


def together(deed: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=deed, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- Files only ----------------------------------------------------------------------


def test_only_the_owner_may_look(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "vault"
    folder.mkdir(mode=0o755, parents=True)

    FileVault(folder).write("key", b"secret")

    modes = {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in [folder, *folder.rglob("*")]
    }
    assert modes == {".": 0o700, "key": 0o700, "key/000001": 0o600}


def test_no_version_is_lost_when_many_write(tmp_path: Path) -> None:
    together(lambda number: FileVault(tmp_path).write("key", b"%d" % number))

    versions = {path.read_bytes() for path in (tmp_path / "key").iterdir()}
    assert versions == {b"%d" % number for number in range(8)}


def test_another_process_reads_what_was_written(tmp_path: Path) -> None:
    FileVault(tmp_path).write("key", b"secret")

    script = (
        "import sys; from local.vault import FileVault;"
        "sys.stdout.buffer.write(FileVault(sys.argv[1]).read('key'))"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], check=True, capture_output=True
    )

    assert said.stdout == b"secret"


def test_a_reader_never_sees_a_gap_or_half_a_value(tmp_path: Path) -> None:
    vault = FileVault(tmp_path)
    vault.write("key", b"0" * 60_000)
    done = threading.Event()
    seen: list[bytes] = []

    def read() -> None:
        while not done.is_set():
            seen.append(vault.read("key"))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 30):
        vault.write("key", b"%d" % (number % 10) * 60_000)
    done.set()
    reader.join()

    assert seen
    assert all(len(value) == 60_000 and len(set(value)) == 1 for value in seen)
