"""docs/addresses.md lists every address of the API, and what it does today."""

from functions.routes.route import Route
from functions.routes.table import ROUTES
from services.organizations.keys import Scope
from tests.house import ROOT

PAGE = ROOT / "docs" / "addresses.md"
HEAD = "| address | keys | does |\n|---|---|---|\n"
LETTERS = {Scope.OPERATOR: "O", Scope.ORGANIZATION: "G", Scope.AGENDA: "A"}


def table() -> str:
    """Return the table of the page as it ought to be."""
    return HEAD + "".join(f"{row(route)}\n" for route in ROUTES)


def row(route: Route) -> str:
    """Return one address, who may knock, and the first line of what it says."""
    keys = [LETTERS[scope] for scope in LETTERS if scope in (route.keys or ())]
    does = (route.do.__doc__ or "").partition("\n")[0]
    return f"| `{route.method} {route.path}` | {' '.join(keys) or 'any'} | {does} |"


def test_the_page_lists_every_address_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert table() in page, f"docs/addresses.md ought to hold this table:\n\n{table()}"
