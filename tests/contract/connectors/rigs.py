"""The applications on which the shared suite is run, by what the table calls them."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.contract.connectors.caldav_rig import Radicale, RealServer, Xandikos
from tests.contract.connectors.caldav_servers import Server, radicale, xandikos
from tests.contract.connectors.callpro_rig import CallproRig
from tests.contract.connectors.odoo_rig import odoo
from tests.contract.connectors.openfire_rig import openfire
from tests.contract.connectors.rest_rig import RestRig
from tests.contract.connectors.rig import Rig
from tests.contract.connectors.severa_rig import real_severa, severa


@contextmanager
def rest() -> Iterator[Rig]:
    """Give an agenda that lies with us."""
    yield RestRig()


@contextmanager
def callpro() -> Iterator[Rig]:
    """Give an agenda of CallPro."""
    yield CallproRig()


@contextmanager
def on_radicale() -> Iterator[Radicale]:
    """Give a calendar on Radicale."""
    rig = Radicale(radicale())
    try:
        yield rig
    finally:
        rig.close()


@contextmanager
def on_xandikos() -> Iterator[Xandikos]:
    """Give a calendar on Xandikos."""
    rig = Xandikos(xandikos())
    try:
        yield rig
    finally:
        rig.close()


@contextmanager
def on_real_server() -> Iterator[RealServer]:
    """Give a new calendar below `CALDAV_URL`, where `CALDAV_USER` may make such."""
    url = os.environ["CALDAV_URL"].rstrip("/") + "/"
    nowhere = Path(os.devnull)
    rig = RealServer(
        Server(
            url=url,
            home=url,
            folder=nowhere,
            calendars=nowhere,
            user=os.environ["CALDAV_USER"],
            password=os.environ["CALDAV_PASSWORD"],
        )
    )
    try:
        yield rig
    finally:
        rig.close()


Makers = Mapping[str, Callable[[], AbstractContextManager[Rig]]]

STANDING: Makers = {
    "rest": rest,
    "caldav (Radicale)": on_radicale,
    "caldav (Xandikos)": on_xandikos,
    "severa": severa,
    **{f"odoo {version}": odoo(version) for version in (17, 18, 19)},
    "openfire": openfire,
    "callpro": callpro,
}
"""What is always tried; each makes an empty application, and takes it away again."""

_REAL = (
    ("severa-real", "SEVERA_CLIENT_ID", real_severa),
    ("caldav (Radicale)-real", "CALDAV_URL", on_real_server),
)
"""Real servers, each with the variable that must be set for it to be tried.

They are to hold what the table says of the same name without "-real".
"""

RIGS: Makers = {
    **STANDING,
    **{name: make for name, asked, make in _REAL if os.environ.get(asked)},
}
