"""Every route of the API, as the contract has them."""

from functions.api_route import Route
from functions.api_routes_admin import AGENDAS, ORGANIZATIONS
from functions.api_routes_sync import CONNECTIONS, ITEMS, OPERATIONS

ROUTES: tuple[Route, ...] = (
    *ORGANIZATIONS,
    *AGENDAS,
    *ITEMS,
    *CONNECTIONS,
    *OPERATIONS,
)
