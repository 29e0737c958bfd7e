"""The API's routes for operators, and what anybody may ask."""

import logging

from connectors.base import Definition
from functions.problems import problem
from functions.routes.call import Call
from functions.views.runs import checked_run
from services.agendas.settings_reading import FIELDS_OF
from services.connections.audits import ask_for_audit, queue_all
from services.connections.connection import ConnectionMissing, load
from services.google.renewal import renew_due
from services.ids import Kind, new_id
from services.organizations.idempotency import Answer
from services.ports.values import Json
from services.refusals import Unknown, invalid
from services.rounds.health import check_health
from services.rounds.sweep import sweep

logger = logging.getLogger(__name__)


def connectors(call: Call) -> Answer:
    """List what each connector holds, with the form of its settings."""
    known = call.world.connectors
    entries = [_connector(known.definition(name)) for name in known.names]
    return Answer(status=200, body={"items": entries, "next_page_token": None})


def _connector(definition: Definition) -> Json:
    capable = definition.capabilities
    return {
        "id": definition.name,
        "name": definition.title,
        "holds": [name for name in FIELDS_OF if name not in definition.loses],
        "loses": dict(definition.loses),
        "limits": list(definition.limits),
        "series": capable.series,
        "versions": str(capable.versions),
        "creates": str(capable.creates),
        "poll_seconds": capable.poll_seconds,
        "form": dict(definition.form),
    }


def health(call: Call) -> Answer:
    """Ask the store, the queue and the vault, and whether the store is our own."""
    checked = check_health(call.world, now=call.now)
    checks = {
        name: {
            "status": "ok" if check.works else "down",
            "milliseconds": round(check.took.total_seconds() * 1000, 1),
        }
        for name, check in checked.items()
    }
    down = sorted(name for name, check in checked.items() if not check.works)
    if down:
        detail = _troubles(down)
        headers = {"Retry-After": "5"}
        return problem("unavailable", detail, headers=headers, checks=checks)
    return Answer(status=200, body={"status": "ok", "checks": checks})


def _troubles(down: list[str]) -> str:
    """Return what is down, as sentences."""
    silent = [name for name in down if name != "environment"]
    told = [f"No answer from the {' and the '.join(silent)}."] if silent else []
    if "environment" in down:
        told.append("The store is another environment's: nothing is written outside.")
    return " ".join(told)


def _audit(call: Call, run: str) -> str:
    """Queue the audit of one connection, or of all."""
    wanted = call.body.get("connection") if isinstance(call.body, dict) else None
    if wanted is None:
        queue_all(call.world, run=run)
        return run
    if not isinstance(wanted, str):
        raise invalid("/connection", "Must be the id of a connection.")
    try:
        connection, _ = load(call.world.store, checked_run(wanted))
    except ConnectionMissing:
        raise Unknown("There is no such connection.") from None
    return ask_for_audit(call.world, connection.id)


def operate(call: Call) -> Answer:
    """Do by hand what the scheduler does; its log line names the run."""
    run = new_id(Kind.RUN)
    match call.path["operation"]:
        case "sweep":
            sweep(call.world, call.now)
        case "renew-channels":
            renew_due(call.world, call.now)
        case "audit":
            run = _audit(call, run)
        case name:
            raise Unknown(f'There is no operation "{name}".')
    fields = {"event": "operation", "operation": call.path["operation"], "run_id": run}
    logger.info("operation done by hand", extra=fields)
    return Answer(status=202, body={"run": run})
