"""Every setting of ours, read once from the environment and checked before use."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions import setting_forms as forms
from functions.setting_forms import Place, SettingInvalid, TasksAccount, TasksProof

__all__ = ["Place", "SettingInvalid", "Settings", "TasksAccount", "read_settings"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the operator decided, checked."""

    base_url: str
    urls: Mapping[str, str]
    store: Place
    queue: Place
    vault: Place
    mail: Place
    google_url: str | None
    operator_key: str | None = field(repr=False)
    operators: tuple[str, ...]
    google_client: str | None
    tasks_account: TasksAccount | None
    tasks_proof: TasksProof
    private_addresses: bool
    environment: str
    metrics: Place

    @property
    def on_one_machine(self) -> bool:
        """Whether our own local queue delivers the tasks."""
        return self.queue.kind == "local"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings, each from the environment or its default.

    Raises SettingInvalid, which names the setting, what it holds and what it may hold.
    """

    def given(name: str, default: str = "") -> str:
        return environ.get(name, "").strip() or default

    queue = forms.queue(given("TANDEM_QUEUE", "local:.tandem/queue.db"))
    here = "http://localhost:8080" if queue.kind == "local" else ""
    base_url = forms.base_url(given("TANDEM_BASE_URL", here))
    return Settings(
        base_url=base_url,
        urls=forms.urls(given("TANDEM_URLS"), base_url),
        store=forms.store(given("TANDEM_STORE", "sqlite:.tandem/tandem.db")),
        queue=queue,
        vault=forms.vault(given("TANDEM_VAULT", "file:.tandem/vault")),
        mail=forms.mail(given("TANDEM_MAIL", "folder:.tandem/mail")),
        google_url=forms.google_url(given("TANDEM_GOOGLE_URL")),
        operator_key=forms.operator_key(given("TANDEM_OPERATOR_KEY")),
        operators=forms.operators(given("TANDEM_OPERATORS")),
        google_client=forms.google_client(given("TANDEM_GOOGLE_CLIENT")),
        tasks_account=forms.tasks_account(given("TANDEM_TASKS_ACCOUNT"), queue),
        tasks_proof=forms.tasks_proof(given("TANDEM_TASKS_PROOF", "signature")),
        private_addresses=forms.private_addresses(
            given("TANDEM_PRIVATE_ADDRESSES"), base_url
        ),
        environment=forms.environment(given("TANDEM_ENVIRONMENT"), queue),
        metrics=forms.metrics(given("TANDEM_METRICS", "log")),
    )
