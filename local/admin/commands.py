"""What an operator can have done, one function for each command."""

from argparse import Namespace
from collections.abc import Iterator

from local.admin import tables
from local.admin.client import Client, Refused
from local.admin.tables import table


def health(client: Client, chosen: Namespace) -> Iterator[str]:
    """Ask the store, the queue and the vault."""
    yield tables.pretty(client.get("/health"))


def organizations(client: Client, chosen: Namespace) -> Iterator[str]:
    """List the customers."""
    yield table(client.every("/organizations"), tables.ORGANIZATIONS)


def agendas(client: Client, chosen: Namespace) -> Iterator[str]:
    """List agendas."""
    found = client.every("/agendas", organization=chosen.organization)
    yield table(found, tables.AGENDAS)


def connections(client: Client, chosen: Namespace) -> Iterator[str]:
    """List connections, how they do, and why."""
    with client.inside(chosen.organization) as own:
        found = own.every("/connections", agenda=chosen.agenda, state=chosen.state)
        yield table(found, tables.CONNECTIONS)


def inspect(client: Client, chosen: Namespace) -> Iterator[str]:
    """Show one connection in full, and what of it is set aside."""
    with client.inside(chosen.organization) as own:
        yield tables.pretty(own.get(f"/connections/{chosen.connection}"))
        yield from _parked(own, chosen.connection)


def parked(client: Client, chosen: Namespace) -> Iterator[str]:
    """List the links that are set aside: why, and what helps."""
    with client.inside(chosen.organization) as own:
        yield from _parked(own, chosen.connection)


def steer(client: Client, chosen: Namespace) -> Iterator[str]:
    """Sync, pause, resume or cancel connections."""
    with client.inside(chosen.organization) as own:
        for name in chosen.connections:
            run = own.post(f"/connections/{name}/{chosen.command}")["run"]
            yield f"{name}: {chosen.command}, run {run}"


def replay(client: Client, chosen: Namespace) -> Iterator[str]:
    """Try again what is set aside: some links, or all of a connection."""
    path = f"/connections/{chosen.connection}"
    with client.inside(chosen.organization) as own:
        for link in chosen.links:
            run = own.post(f"{path}/links/{link}/repair")["run"]
            yield f"{link}: tried again by run {run}"
        if not chosen.links:
            yield _all_replayed(own, path)


def journal(client: Client, chosen: Namespace) -> Iterator[str]:
    """List what was written, newest first."""
    path = f"/connections/{chosen.connection}/journal"
    with client.inside(chosen.organization) as own:
        pages = own.get(path, run=chosen.run, limit="20")["items"]
        yield table((one for each in pages for one in each["writes"]), tables.WRITES)


def undo(client: Client, chosen: Namespace) -> Iterator[str]:
    """Take back one write, one run, or everything since a time."""
    asked = {name: getattr(chosen, name) for name in ("write", "run", "since")}
    body = {name: value for name, value in asked.items() if value}
    with client.inside(chosen.organization) as own:
        yield tables.pretty(own.post(f"/connections/{chosen.connection}/undo", body))


def keys(client: Client, chosen: Namespace) -> Iterator[str]:
    """List an organization's keys, without the keys themselves."""
    path = f"{_customer(chosen)}/keys"
    yield table(client.every(path), tables.KEYS)


def rotate(client: Client, chosen: Namespace) -> Iterator[str]:
    """Make an organization a new key; with `--close`, end those that it had."""
    path = f"{_customer(chosen)}/keys"
    before = [one["id"] for one in client.every(path)]
    made = client.post(path, {"name": chosen.name})
    yield f"The new key, shown this one time: {made['key']}"
    if not chosen.close:
        yield "The others still open. When all use the new one: close KEY, for each of"
        yield "\n".join(before)
        return
    for key in before:
        client.delete(f"{path}/{key}")
    yield f"{len(before)} older keys open nothing any more."


def close(client: Client, chosen: Namespace) -> Iterator[str]:
    """End keys of an organization, at once."""
    for key in chosen.keys:
        client.delete(f"{_customer(chosen)}/keys/{key}")
        yield f"{key} opens nothing any more."


def export(client: Client, chosen: Namespace) -> Iterator[str]:
    """Print all that is kept of a person, as JSON."""
    path = f"{_customer(chosen)}/people/{chosen.email}"
    with client.inside(chosen.organization) as own:
        yield tables.pretty(list(own.every(path)))


def erase(client: Client, chosen: Namespace) -> Iterator[str]:
    """Erase a person: our access at Google ends, and what is kept of them goes."""
    if chosen.email != chosen.yes:
        raise Refused(f"To erase, say it twice: --yes {chosen.email}")
    path = f"{_customer(chosen)}/people/{chosen.email}"
    with client.inside(chosen.organization) as own:
        yield tables.pretty(own.delete(path))


def operate(client: Client, chosen: Namespace) -> Iterator[str]:
    """Do now what the scheduler does: sweep, renew-channels, audit."""
    connection = getattr(chosen, "connection", None)
    body = {"connection": connection} if connection else {}
    run = client.post(f"/operations/{chosen.command}", body)["run"]
    yield f"{chosen.command}: run {run}"


def _customer(chosen: Namespace) -> str:
    """Return the address of the organization that is meant. Raises Refused."""
    if chosen.organization is None:
        raise Refused("Name the customer: -o ORGANIZATION.")
    return f"/organizations/{chosen.organization}"


def _parked(own: Client, connection: str) -> Iterator[str]:
    found = own.every(f"/connections/{connection}/links", waiting="parked")
    yield table(found, tables.PARKED)


def _all_replayed(own: Client, path: str) -> str:
    """Try again all that is set aside, in as many requests as that takes.

    What fails again is set aside again, so only as many are asked for as there were.
    """
    there = len(list(own.every(f"{path}/links", waiting="parked")))
    total, run, more = 0, "none", there > 0
    while more and total < there:
        answer = own.post(f"{path}/repair")
        run, more, total = answer["run"], answer["more"], total + answer["links"]
    return f"Tried again: {total} of {there}. The last run is {run}."
