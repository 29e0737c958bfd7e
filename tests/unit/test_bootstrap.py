"""The world comes piece by piece, when it is used, and once per process."""

import threading
from pathlib import Path

import pytest

from functions import bootstrap
from functions.lazy import lazily
from functions.settings import SettingInvalid, read_settings
from infra.cloud_tasks import EMULATOR as TASKS_EMULATOR
from infra.cloud_tasks import CloudTasksQueue
from infra.firestore import FirestoreStore
from infra.secret_manager import EMULATOR as SECRETS_EMULATOR
from infra.secret_manager import SecretManagerVault
from local.store import SqliteStore
from services.ports.mailer import Mail, MailError


class Counted:
    made = 0

    def __init__(self) -> None:
        type(self).made += 1

    def answer(self) -> int:
        return 42


def test_an_adapter_is_made_when_first_used_and_once() -> None:
    Counted.made = 0
    adapter = lazily(Counted)
    assert Counted.made == 0

    threads = [threading.Thread(target=adapter.answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert adapter.answer() == 42
    assert Counted.made == 1


def test_an_adapter_that_could_not_be_made_is_tried_again() -> None:
    tries: list[int] = []

    def make() -> Counted:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("The disk is not there yet.")
        return Counted()

    adapter = lazily(make)
    with pytest.raises(OSError, match="not there"):
        adapter.answer()

    assert adapter.answer() == 42


def here(folder: Path, **changes: str) -> dict[str, str]:
    return {
        "TANDEM_STORE": f"sqlite:{folder}/tandem.db",
        "TANDEM_QUEUE": f"local:{folder}/queue.db",
        "TANDEM_VAULT": f"file:{folder}/vault",
        "TANDEM_MAIL": f"folder:{folder}/mail",
        **changes,
    }


def test_a_world_that_is_not_used_leaves_no_trace(tmp_path: Path) -> None:
    bootstrap.use(read_settings(here(tmp_path)))

    assert not list(tmp_path.iterdir())


def test_the_operators_key_is_made_once_and_kept(tmp_path: Path) -> None:
    bootstrap.use(read_settings(here(tmp_path)))
    first = bootstrap.operator_key()

    bootstrap.use(read_settings(here(tmp_path)))

    assert bootstrap.operator_key() == first
    assert first.startswith("tdm_")


def test_a_key_that_is_set_is_the_key(tmp_path: Path) -> None:
    chosen = here(tmp_path, TANDEM_OPERATOR_KEY="set-by-the-operator-himself")
    bootstrap.use(read_settings(chosen))

    assert bootstrap.operator_key() == "set-by-the-operator-himself"
    assert not list(tmp_path.iterdir())


def test_in_the_cloud_the_key_is_what_a_person_put_into_the_vault(
    tmp_path: Path,
) -> None:
    made = bootstrap.make_world(read_settings(here(tmp_path)))
    made.vault.write(bootstrap.OPERATOR_KEY, b"put-there-by-a-person\n")
    chosen = here(tmp_path, TANDEM_VAULT="secretmanager:my-project")
    bootstrap.use(read_settings(chosen), made)

    assert bootstrap.operator_key() == "put-there-by-a-person"


@pytest.mark.parametrize("held", [b"", b"\n", b"short", b"with blanks in its midst"])
def test_what_is_no_key_opens_nothing(tmp_path: Path, held: bytes) -> None:
    made = bootstrap.make_world(read_settings(here(tmp_path)))
    made.vault.write(bootstrap.OPERATOR_KEY, held)
    chosen = here(tmp_path, TANDEM_VAULT="secretmanager:my-project")
    bootstrap.use(read_settings(chosen), made)

    with pytest.raises(SettingInvalid, match="TANDEM_OPERATOR_KEY"):
        bootstrap.operator_key()


def test_in_the_cloud_nobody_makes_up_a_key(tmp_path: Path) -> None:
    made = bootstrap.make_world(read_settings(here(tmp_path)))
    chosen = here(tmp_path, TANDEM_VAULT="secretmanager:my-project")
    bootstrap.use(read_settings(chosen), made)

    with pytest.raises(SettingInvalid, match="TANDEM_OPERATOR_KEY is not set"):
        bootstrap.operator_key()


NO_PLACES = [
    ("TANDEM_STORE", "sqlite:{}/text", "that file is none of SQLite's"),
    ("TANDEM_STORE", "sqlite:{}", "that is a folder"),
    ("TANDEM_STORE", "sqlite:{}/text/tandem.db", "text is a file"),
    ("TANDEM_QUEUE", "local:{}/text", "that file is none of SQLite's"),
    ("TANDEM_VAULT", "file:{}/text", "that is a file"),
    ("TANDEM_MAIL", "folder:{}/text", "that is a file"),
    ("TANDEM_MAIL", "folder:{}/text/deep/mail", "text is a file"),
]


@pytest.mark.parametrize(("setting", "text", "why"), NO_PLACES)
def test_a_place_that_cannot_be_used_stops_the_start_with_one_line_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, text: str, why: str
) -> None:
    (tmp_path / "text").write_text("root:x:0:0:root:/root:/bin/bash\n")
    held = text.format(tmp_path)
    chosen = read_settings(here(tmp_path, **{setting: held}))
    monkeypatch.setattr(bootstrap, "_settings", chosen)

    with pytest.raises(SystemExit) as ended:
        bootstrap.started()

    [line] = str(ended.value).splitlines()
    assert line.startswith(f'{setting} holds "{held}", and ')
    assert why in line
    assert "; it may hold a" in line
    assert [path.name for path in tmp_path.iterdir()] == ["text"]


def test_places_that_are_new_or_ours_already_let_it_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = read_settings(here(tmp_path / "new" / "deep"))
    monkeypatch.setattr(bootstrap, "_settings", chosen)

    assert bootstrap.started() is chosen
    SqliteStore(tmp_path / "tandem.db").close()
    again = read_settings(here(tmp_path))
    monkeypatch.setattr(bootstrap, "_settings", again)

    assert bootstrap.started() is again


def test_the_cloud_is_chosen_by_the_settings_and_untouched_until_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (TASKS_EMULATOR, SECRETS_EMULATOR, "FIRESTORE_EMULATOR_HOST"):
        monkeypatch.setenv(name, "127.0.0.1:1")
    cloud = {
        "TANDEM_BASE_URL": "https://tandem.example.com",
        "TANDEM_STORE": "firestore:my-project",
        "TANDEM_QUEUE": "cloudtasks:projects/my-project/locations/eu/queues/sync",
        "TANDEM_VAULT": "secretmanager:my-project/europe-west1",
        "TANDEM_TASKS_ACCOUNT": "tasks@my-project.iam.gserviceaccount.com",
        "TANDEM_ENVIRONMENT": "production",
    }

    made = bootstrap.make_world(read_settings(here(tmp_path, **cloud)))

    opened = [made.store.close, made.queue.close, made.vault.close]  # type: ignore[attr-defined] # because only adapters of the cloud are closed
    assert [type(close.__self__) for close in opened] == [
        FirestoreStore,
        CloudTasksQueue,
        SecretManagerVault,
    ]
    assert not list(tmp_path.iterdir())
    for close in opened:
        close()


def test_where_nobody_is_mailed_the_mail_is_refused_for_good(tmp_path: Path) -> None:
    made = bootstrap.make_world(read_settings(here(tmp_path, TANDEM_MAIL="none")))
    mail = Mail(to="anna@example.com", subject="", text="", html="")

    with pytest.raises(MailError, match='TANDEM_MAIL is "none"') as refused:
        made.mailer.send(mail)

    assert refused.value.permanent
