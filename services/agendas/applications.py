"""What an agenda is given of its application: checked, tried, and its secrets hidden.

Secret members lie in the vault, under a name that is new whenever one of them changes:
so the document that names them decides which count, and what was read under a name may
be remembered for good.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from connectors.base import ApplicationRefused, Connector, Definition, Means
from services.agendas.forms import problems_of
from services.ids import Kind, new_id
from services.json_values import merge_patch
from services.memory import Remembered
from services.ports.values import Json
from services.ports.vault import SecretMissing
from services.refusals import Invalid, invalid
from services.world import Application, World
from sync.errors import OperatorFault, PermanentError, TransientError

MOST_REMEMBERED = 1000
_WRONG = "The application cannot be used like this."


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What was given of an application, parted: `shown` may be stored and shown."""

    shown: Mapping[str, Json]
    secrets: Mapping[str, Json] = field(default_factory=dict, repr=False)


def definition_of(world: World, connector: str) -> Definition:
    """Return what a connector says of itself. Raises Invalid for an unknown one."""
    try:
        return world.connectors.definition(connector)
    except KeyError:
        known = ", ".join(world.connectors.names)
        message = f"There is no such connector; there are {known}."
        raise invalid("/connector", message) from None


def accepted(world: World, application: Application) -> Given:
    """Return the members as they are to be kept, tried at the application itself.

    Raises Invalid, with a sentence for each bad member or wrong credential.
    """
    definition = definition_of(world, application.connector)
    problems = problems_of(definition.form, application.members)
    if problems:
        raise Invalid(_WRONG, problems=problems).under("/application")
    means = world.connectors.means(application)
    try:
        kept = definition.tried(application.members, means)
    except ApplicationRefused as refused:
        raise Invalid(_WRONG, problems=refused.problems).under("/application") from None
    except (TransientError, PermanentError) as error:
        raise invalid("/application", str(error)) from None
    return _parted(definition, kept)


def changed(world: World, application: Application, patch: Mapping[str, Json]) -> Given:
    """Return the members that a merge patch makes of those that are kept, tried.

    Raises Invalid.
    """
    members = merge_patch(_whole(world, application).members, patch)
    # What was tried before may use notes that belong to other credentials.
    return accepted(world, replace(application, members=members, secret_name=""))


def kept_in_vault(world: World, agenda: str, secrets: Mapping[str, Json]) -> str:
    """Put secrets into the vault and return their new name; empty without any."""
    if not secrets:
        return ""
    name = f"application-{agenda}-{new_id(Kind.AGENDA)}"
    world.vault.write(name, json.dumps(secrets).encode())
    return name


def forget(world: World, secret_name: str) -> None:
    """Remove secrets from the vault; none is fine."""
    if secret_name:
        world.memory.applications.pop(secret_name, None)
        world.vault.delete(secret_name)


def open_application(world: World, application: Application) -> Connector:
    """Return the connector of an agenda, with its secrets; nothing is asked of it yet.

    Raises OperatorFault where the vault lacks the secrets, or the connector is gone.
    """
    try:
        definition = world.connectors.definition(application.connector)
    except KeyError:
        raise OperatorFault(
            f'This Tandem has no connector "{application.connector}" any more.'
        ) from None
    means = world.connectors.means(application)
    whole = _whole(world, application)
    return definition.open(whole.members, _with_notes(world, means, whole))


def _with_notes(world: World, means: Means, application: Application) -> Means:
    known = world.memory.applications.get(application.secret_name)
    return means if known is None else replace(means, memory=known.notes)


def _whole(world: World, application: Application) -> Application:
    """Return the application with its secret members."""
    if not application.secret_name:
        return application
    secrets = _remembered(world, application.secret_name).secrets
    return replace(application, members={**application.members, **secrets})


def _remembered(world: World, name: str) -> Remembered:
    known = world.memory.applications
    if name not in known:
        try:
            secrets = json.loads(world.vault.read(name))
        except SecretMissing:
            raise OperatorFault(
                "The vault has lost the credentials of this agenda's application: give"
                " them anew."
            ) from None
        if len(known) >= MOST_REMEMBERED:
            known.clear()
        return known.setdefault(name, Remembered(secrets=secrets))
    return known[name]


def _parted(definition: Definition, members: Mapping[str, Json]) -> Given:
    secret = definition.secrets
    return Given(
        shown={name: members[name] for name in members if name not in secret},
        secrets={name: members[name] for name in members if name in secret},
    )
