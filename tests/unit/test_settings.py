"""Settings are checked before anything starts, and never show a secret."""

import json

import pytest

from functions.setting_forms import ENTRY_POINTS
from functions.settings import Place, SettingInvalid, read_settings

CLOUD = {
    "TANDEM_BASE_URL": "https://tandem.example.com",
    "TANDEM_STORE": "firestore:my-project/tandem",
    "TANDEM_QUEUE": "cloudtasks:projects/my-project/locations/europe-west1/queues/sync",
    "TANDEM_VAULT": "secretmanager:my-project",
    "TANDEM_MAIL": "smtps://mailer:vault:smtp-password@mail.example.com:465",
    "TANDEM_TASKS_ACCOUNT": "tasks@my-project.iam.gserviceaccount.com",
    "TANDEM_ENVIRONMENT": "production",
}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(SettingInvalid) as refused:
        read_settings(environ)
    return str(refused.value)


def test_one_machine_needs_no_setting_at_all() -> None:
    settings = read_settings({})

    assert settings.base_url == "http://localhost:8080"
    assert settings.store == Place(kind="sqlite", target=".tandem/tandem.db")
    assert settings.on_one_machine
    assert settings.private_addresses
    assert settings.google_url is None
    assert settings.environment == "local"


def test_the_cloud_is_read_as_written() -> None:
    settings = read_settings(CLOUD)

    assert settings.store == Place(kind="firestore", target="my-project/tandem")
    assert not settings.on_one_machine
    assert not settings.private_addresses
    assert settings.tasks_account is not None
    assert settings.tasks_account.emails == {CLOUD["TANDEM_TASKS_ACCOUNT"]}
    assert settings.tasks_account.audience == ""


def test_a_slash_at_the_end_of_an_address_is_no_matter() -> None:
    settings = read_settings({"TANDEM_BASE_URL": "https://tandem.example.com/"})

    assert settings.base_url == "https://tandem.example.com"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("TANDEM_BASE_URL", "tandem.example.com"),
        ("TANDEM_BASE_URL", "http://tandem.example.com"),
        ("TANDEM_BASE_URL", "https://user@tandem.example.com"),
        ("TANDEM_BASE_URL", "https://tandem.example.com:0"),
        ("TANDEM_BASE_URL", "https://[::1"),
        ("TANDEM_URLS", "{"),
        ("TANDEM_URLS", "[]"),
        ("TANDEM_URLS", '{"unknown": "https://a.example.com"}'),
        ("TANDEM_URLS", '{"api": "a.example.com"}'),
        ("TANDEM_STORE", "postgres:somewhere"),
        ("TANDEM_STORE", "sqlite:"),
        ("TANDEM_STORE", "firestore:Not A Project"),
        ("TANDEM_QUEUE", "cloudtasks:my-queue"),
        ("TANDEM_VAULT", "vault"),
        ("TANDEM_MAIL", "mailto:someone"),
        ("TANDEM_GOOGLE_URL", "ftp://localhost"),
        ("TANDEM_OPERATOR_KEY", "too-short"),
        ("TANDEM_OPERATORS", "not an address"),
        ("TANDEM_GOOGLE_CLIENT", "a secret/name"),
        ("TANDEM_TASKS_ACCOUNT", "nobody"),
        ("TANDEM_TASKS_PROOF", "none"),
        ("TANDEM_TASKS_ACCOUNT", "tasks@project,"),
        ("TANDEM_TASKS_ACCOUNT", "tasks@project https://a.example https://b.example"),
        ("TANDEM_VAULT", "secretmanager:my-project/europe-west1/x"),
        ("TANDEM_PRIVATE_ADDRESSES", "maybe"),
        ("TANDEM_ENVIRONMENT", "Production!"),
    ],
)
def test_a_malformed_setting_is_refused_in_one_line_that_names_it(
    name: str, text: str
) -> None:
    message = refusal({name: text})

    assert message.startswith(f"{name} holds ")
    assert "may hold" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "name", ["TANDEM_TASKS_ACCOUNT", "TANDEM_BASE_URL", "TANDEM_ENVIRONMENT"]
)
def test_what_cloud_tasks_needs_must_be_set(name: str) -> None:
    incomplete = {key: text for key, text in CLOUD.items() if key != name}

    message = refusal(incomplete)

    assert message.startswith(f"{name} is not set; it may hold ")


def test_a_secret_that_is_refused_is_not_shown() -> None:
    key = refusal({"TANDEM_OPERATOR_KEY": "hunter2"})
    mail = refusal({"TANDEM_MAIL": "smtp://me:hunter2@mail example.com"})

    assert "hunter2" not in key + mail


def test_a_secret_is_not_shown_with_the_settings() -> None:
    secrets = {
        "TANDEM_OPERATOR_KEY": "hunter2-hunter2-hunter2",
        "TANDEM_MAIL": "smtp://me:hunter2@mail.example.com",
    }

    settings = read_settings(secrets)

    assert "hunter2" not in repr(settings)


def test_a_line_break_does_not_make_a_second_line_of_the_refusal() -> None:
    assert "\n" not in refusal({"TANDEM_STORE": "nowhere\nat all"})


def test_consent_begins_and_ends_on_one_host() -> None:
    apart = {"oauth_start": "https://a.example.com"}

    message = refusal(CLOUD | {"TANDEM_URLS": json.dumps(apart)})

    assert "oauth_start and oauth_callback" in message


def test_functions_may_have_hosts_of_their_own() -> None:
    urls = {
        name: f"https://{name}.example.com".replace("_", "-") for name in ENTRY_POINTS
    }
    urls["oauth_callback"] = urls["oauth_start"]

    settings = read_settings(CLOUD | {"TANDEM_URLS": json.dumps(urls)})

    assert settings.urls == urls
