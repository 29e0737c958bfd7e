"""POST /tasks/sweep, /tasks/census, /tasks/deliver-hook, /tasks/audit: what may wait.

Messages to webhooks, audits and the census share this door: none is called by
strangers.
"""

from flask import Request, Response

from functions.bootstrap import now, world
from functions.http import door, refused
from functions.tasks import task_body, time_in, told
from services.ports.values import Json


@door
def sweep(request: Request) -> Response:
    """Queue quiet connections and remove what has expired, or deliver a message."""
    from services.agendas import webhooks as hooks
    from services.connections import audits
    from services.rounds import census
    from services.rounds import sweep as deeds

    if request.path == hooks.DELIVER_PATH:
        message = task_body(request, hooks.DELIVER_PATH)
        return told(delivered=hooks.deliver(world(), message, now=now()))
    if request.path == audits.AUDIT_PATH:
        return told(audited=_audit(task_body(request, audits.AUDIT_PATH)))
    if request.path == census.CENSUS_PATH:
        body = task_body(request, census.CENSUS_PATH)
        return told(more=census.go_on(world(), body, now=now()))
    body = task_body(request, deeds.SWEEP_PATH)
    census.begin(world(), now())
    done = deeds.sweep(world(), now(), after=time_in(body, "after"))
    return told(queued=done.queued, removed=done.removed, more=done.more)


def _audit(body: dict[str, Json]) -> str:
    """Do a slice of one connection's audit, or queue the audits of all."""
    from services.connections import audits
    from services.run.auditing import audit

    if body.get("all"):
        run, after = str(body["all"]), str(body.get("after") or "")
        return "more" if audits.queue_all(world(), run=run, after=after) else "all"
    connection, name = body.get("connection"), body.get("run")
    if not isinstance(connection, str) or not isinstance(name, str):
        raise refused(400, '"connection" and "run" are ids.')
    return audit(world(), connection, run=name)
