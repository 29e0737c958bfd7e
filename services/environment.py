"""The mark that the store keeps: a copied store must change nothing outside itself."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final, Never, TypeVar, cast

from connectors.base import Connector
from services.ports.accounts import AccessToken
from services.ports.calendar import Calendar
from services.ports.mailer import MailError
from services.ports.outgoing import AddressRefused
from services.ports.store import Conflict, Create
from services.world import Application, World
from sync.errors import OperatorFault

MARK_PATH: Final = "house/environment"
READ_AGAIN_AFTER: Final = timedelta(seconds=30)
"""A store may be put in the place of another while we run: that is noticed by then."""

Adapter = TypeVar("Adapter")

_READING: Final = frozenset(
    {"capabilities", "read", "behind_own_writes", "get", "find", "project", "verify"}
)
_LOOKING: Final = frozenset({"read", "get", "find", "instance", "instances"})
_SIGNING_IN: Final = frozenset(
    {"consent_url", "exchange", "refresh", "impersonate", "calendars"}
)
_NOTHING: Final = frozenset[str]()


class WrongStore(OperatorFault):
    """The store belongs to another environment: nothing outside may be changed."""


def require_own_store(world: World) -> None:
    """Refuse to go on where the store belongs to another environment.

    Asked before any calendar is opened. A store without a mark takes ours.
    Raises WrongStore.
    """
    mark = stored_mark(world)
    if mark != world.environment:
        raise WrongStore(
            f'The store belongs to the environment "{mark}", but TANDEM_ENVIRONMENT '
            f'is "{world.environment}": nothing is written to any calendar.'
        )


def stored_mark(world: World) -> str:
    """Return the environment that the store belongs to, as of half a minute ago."""
    known, now = world.memory.environment, world.clock.now()
    if known is None or now - known[1] >= READ_AGAIN_AFTER:
        known = _read_or_mark(world), now
        world.memory.environment = known
    return known[0]


def guarded(world: World) -> World:
    """Return the world in which a store of another environment changes nothing.

    No event, no item, no mail, no webhook, and no grant is withdrawn. Whatever an
    adapter learns to do later is guarded too: only what is known to read is let pass.
    """
    ask = partial(require_own_store, world)

    def connect(application: Application) -> Connector:
        return _asking(world.connect(application), ask, free=_READING)

    def calendar(
        access: AccessToken, calendar_id: str, *, event_types: Sequence[str]
    ) -> Calendar:
        ask()
        opened = world.accounts.calendar(access, calendar_id, event_types=event_types)
        return _asking(opened, ask, free=_LOOKING)

    mails = partial(_asked, ask, MailError)
    messages = partial(_asked, ask, AddressRefused)
    outgoing = world.outgoing
    return replace(
        world,
        accounts=_asking(world.accounts, ask, free=_SIGNING_IN, calendar=calendar),
        connect=connect,
        mailer=_asking(world.mailer, mails, free=_NOTHING),
        outgoing=outgoing and _asking(outgoing, messages, free=frozenset({"check"})),
    )


def _asked(ask: Callable[[], None], error: Callable[[str], Exception]) -> None:
    """Ask, and refuse with an error that those who use this port know."""
    try:
        ask()
    except WrongStore as wrong:
        _refuse(error(str(wrong)), wrong)


def _refuse(error: Exception, cause: Exception) -> Never:
    raise error from cause


def _asking(
    adapter: Adapter,
    ask: Callable[[], None],
    *,
    free: Collection[str],
    **instead: Callable[..., Any],
) -> Adapter:
    """Return the adapter, asking before everything but what is free.

    What is given `instead` of a method asks by itself.
    """
    return cast(Adapter, _Asking(adapter, ask, free, instead))


class _Asking:
    """Stands before an adapter, and asks before it lets a call through."""

    def __init__(
        self,
        adapter: object,
        ask: Callable[[], None],
        free: Collection[str],
        instead: Mapping[str, Callable[..., Any]],
    ) -> None:
        self._adapter, self._ask = adapter, ask
        self._free, self._instead = free, instead

    def __getattr__(self, name: str) -> Any:
        if name in self._instead:
            return self._instead[name]
        found = getattr(self._adapter, name)
        if name in self._free or not callable(found):
            return found

        def asked(*arguments: Any, **named: Any) -> Any:
            self._ask()
            return found(*arguments, **named)

        return asked


def _read_or_mark(world: World) -> str:
    found = world.store.get(MARK_PATH)
    if found is None:
        try:
            mark = {"mark": world.environment}
            world.store.commit([Create(path=MARK_PATH, data=mark)])
        except Conflict:
            return _read_or_mark(world)
        return world.environment
    return str(found.data["mark"])
