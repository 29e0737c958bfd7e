"""The one place that knows which adapter stands behind which port."""

import logging
import os
import secrets
import threading
from datetime import datetime
from functools import partial
from typing import NoReturn

from connectors.base import Connector
from connectors.http import Http
from functions.clock import SystemClock
from functions.connecting import Registered
from functions.lazy import lazily
from functions.logs import configure_logging
from functions.meters import Meters, measure_with
from functions.places import why_no_database, why_no_folder
from functions.setting_forms import Place
from functions.setting_forms import operator_key as operator_key_in_form
from functions.settings import SettingInvalid, Settings, read_settings
from functions.stopping import is_stopping
from functions.task_doors import address_of, audience_of
from services.environment import guarded
from services.ids import new_key
from services.ports.accounts import Accounts
from services.ports.clock import Clock
from services.ports.mailer import Mailer
from services.ports.outgoing import Outgoing
from services.ports.queue import Queue
from services.ports.store import Store
from services.ports.vault import SecretMissing, Vault
from services.secrets.sealing import Sealer
from services.secrets.signing import Signer
from services.world import Addresses, Application, World

OPERATOR_KEY = "operator-key"

_lock = threading.RLock()
_settings: Settings | None = None
_world: World | None = None


def started() -> Settings:
    """Return the settings of a process that begins now, with its log set up.

    A setting that is missing, malformed or of a later version ends the process with the
    line that says so.
    """
    try:
        chosen = settings()
        _require_places(chosen)
    except SettingInvalid as error:
        raise SystemExit(str(error)) from None
    if not logging.getLogger().handlers:
        configure_logging(project=_project(chosen))
    if chosen.metrics.kind == "otlp":
        measure_with(lambda: _meters(chosen))
    return chosen


def settings() -> Settings:
    """Return the settings of this process, read once. Raises SettingInvalid."""
    global _settings
    with _lock:
        if _settings is None:
            _settings = read_settings(os.environ)
        return _settings


def world() -> World:
    """Return the world of this process, made once; its adapters come when used."""
    global _world
    with _lock:
        if _world is None:
            _world = make_world(settings())
        return _world


def use(chosen: Settings, made: World | None = None) -> World:
    """Let this process live by these settings: a world of their own, or the given."""
    global _settings, _world
    with _lock:
        _settings, _world = chosen, made or make_world(chosen)
        return _world


def now() -> datetime:
    """Return the time, with a zone."""
    return world().clock.now()


def operator_key() -> str:
    """Return the operator's API key: as set, or as the vault holds it.

    On one machine it is made at the first start. In the cloud a person puts it into the
    vault; until then this raises SettingInvalid.
    """
    chosen = settings()
    if chosen.operator_key is not None:
        return chosen.operator_key
    vault = world().vault
    if chosen.vault.kind == "file":
        return vault.write_once(OPERATOR_KEY, new_key().encode()).decode()
    return operator_key_in_form(_given_key(vault)) or _missing_key()


def _given_key(vault: Vault) -> str:
    try:
        return vault.read(OPERATOR_KEY).decode(errors="replace").strip()
    except SecretMissing:
        return ""


def _missing_key() -> NoReturn:
    raise SettingInvalid(
        f"TANDEM_OPERATOR_KEY is not set and the vault holds no {OPERATOR_KEY}; either "
        "may hold 20 to 200 letters, digits and . _ ~ - (it is made by itself only "
        "where the vault is a folder)."
    )


def make_world(
    chosen: Settings, *, queue: Queue | None = None, process: str = ""
) -> World:
    """Return the outside world as these settings choose it."""
    clock = SystemClock()
    vault = lazily(lambda: _vault(chosen.vault, clock))
    made = World(
        store=lazily(lambda: _store(chosen.store)),
        queue=queue or lazily(lambda: _queue(chosen, clock)),
        vault=vault,
        mailer=lazily(lambda: _mailer(chosen.mail, vault, clock)),
        accounts=lazily(lambda: _accounts(chosen.google_url, clock)),
        signer=Signer(vault),
        sealer=Sealer(vault),
        clock=clock,
        connect=lambda application: _connector(made, application),
        connectors=Registered(
            lambda: made,
            lambda: _application_http(allow_private=chosen.private_addresses),
        ),
        addresses=Addresses(base=chosen.base_url, of=chosen.urls),
        environment=chosen.environment,
        process=process or secrets.token_hex(8),
        operator_google=chosen.google_client,
        outgoing=lazily(lambda: _outgoing(allow_private=chosen.private_addresses)),
        stopping=is_stopping,
    )
    return guarded(made)


def _outgoing(*, allow_private: bool) -> Outgoing:
    from infra.outgoing import GuardedOutgoing

    return GuardedOutgoing(private_addresses=allow_private)


def _meters(chosen: Settings) -> Meters:
    from infra.meters import otlp_meters

    return otlp_meters(
        chosen.metrics.target,
        instance=secrets.token_hex(8),
        environment=chosen.environment,
    )


def _store(place: Place) -> Store:
    if place.kind == "sqlite":
        from local.store import SqliteStore

        return SqliteStore(place.target)
    from infra.firestore import FirestoreStore

    project, _, database = place.target.partition("/")
    return FirestoreStore(project, database or "(default)")


def _queue(chosen: Settings, clock: Clock) -> Queue:
    if chosen.tasks_account is not None and not chosen.on_one_machine:
        return _cloud_queue(chosen, chosen.tasks_account.email, clock)
    from local.delivery import NO_ANSWER
    from local.queue import LocalQueue

    # This process only fills the queue. The server of this machine empties it.
    place = chosen.queue.target
    return LocalQueue(place, deliver=lambda _: NO_ANSWER, clock=clock)


def _cloud_queue(chosen: Settings, account: str, clock: Clock) -> Queue:
    from infra.cloud_tasks import CloudTasksQueue

    return CloudTasksQueue(
        chosen.queue.target,
        address=partial(address_of, chosen),
        audience=partial(audience_of, chosen),
        account=account,
        clock=clock,
    )


def _vault(place: Place, clock: Clock) -> Vault:
    if place.kind == "secretmanager":
        from infra.secret_manager import SecretManagerVault

        project, _, region = place.target.partition("/")
        return SecretManagerVault(project, region, clock=clock)
    from local.vault import FileVault

    return FileVault(place.target)


def _mailer(place: Place, vault: Vault, clock: Clock) -> Mailer:
    if place.kind == "none":
        from infra.no_mail import NoMailer

        return NoMailer()
    if place.kind == "folder":
        from local.mail import MailFolder

        return MailFolder(place.target, clock=clock)
    from infra.mail_server import MailServer

    return MailServer(f"{place.kind}:{place.target}", vault=vault, clock=clock)


def _accounts(google_url: str | None, clock: Clock) -> Accounts:
    from infra.google.accounts import GoogleAccounts

    return GoogleAccounts(google_url or "", clock=clock)


def _application_http(*, allow_private: bool) -> Http:
    from infra.application_http import ApplicationHttp

    return ApplicationHttp(private_addresses=allow_private)


def _connector(world: World, application: Application) -> Connector:
    from services.agendas.applications import open_application

    return open_application(world, application)


def _require_places(chosen: Settings) -> None:
    """See to it that each place on this machine can be used. Raises SettingInvalid."""
    for name, place, kind, why_not in (
        ("TANDEM_STORE", chosen.store, "sqlite", why_no_database),
        ("TANDEM_QUEUE", chosen.queue, "local", why_no_database),
        ("TANDEM_VAULT", chosen.vault, "file", why_no_folder),
        ("TANDEM_MAIL", chosen.mail, "folder", why_no_folder),
    ):
        why = why_not(place.target) if place.kind == kind else ""
        if why:
            thing = "SQLite file" if why_not is why_no_database else "folder"
            held = f"{place.kind}:{place.target}"
            raise SettingInvalid(
                f'{name} holds "{held}", and {why}; it may hold a {thing} that is '
                "there and can be written, or a new one."
            )


def _project(chosen: Settings) -> str | None:
    if chosen.store.kind != "firestore":
        return None
    return chosen.store.target.partition("/")[0]
