"""Every route of the API, as the contract has them."""

from functions.routes.route import Route
from functions.routes.table_admin import AGENDAS, ORGANIZATIONS
from functions.routes.table_sync import CONNECTIONS, ITEMS, OPERATIONS

ROUTES: tuple[Route, ...] = (
    *ORGANIZATIONS,
    *AGENDAS,
    *ITEMS,
    *CONNECTIONS,
    *OPERATIONS,
)
