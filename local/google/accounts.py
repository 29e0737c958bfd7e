"""Accounts and their calendars: making, sharing, removing."""

import secrets
from dataclasses import replace

from local.google.model import Account, Calendar, ListEntry, Resource
from local.google.state import State
from local.google.tables import drop_all

ROLES = (
    "none",
    "freeBusyReader",
    "reader",
    "writerWithoutPrivateAccess",
    "writer",
    "owner",
)
RANKS = {role: number for number, role in enumerate(ROLES)}
DEFAULT_REMINDERS: tuple[Resource, ...] = ({"method": "popup", "minutes": 30},)


def rank(role: str) -> int:
    """Return how much a role may do; an unknown one may only read."""
    return RANKS.get(role, RANKS["reader"])


def add_account(state: State, account: Account) -> Account:
    """Keep an account and see to it that it has a primary calendar."""
    state.accounts.put(account.email, account)
    if account.has_calendar and account.email not in state.calendars:
        _add_primary(state, account)
    return account


def new_subject() -> str:
    """Return a fresh value for Google's `sub`: 21 digits."""
    return "1" + "".join(secrets.choice("0123456789") for _ in range(20))


def _add_primary(state: State, account: Account) -> None:
    calendar = Calendar(
        id=account.email,
        data_owner=account.email,
        summary=account.email,
        time_zone=account.time_zone,
        stamp=0,
        primary=True,
        acl=_owner_rule(account.email),
        default_reminders=DEFAULT_REMINDERS,
    )
    state.put_calendar(calendar)
    state.table_of(calendar.id)
    if not account.is_service:
        put_entry(state, email=account.email, calendar_id=calendar.id)


def add_calendar(
    state: State,
    owner: str,
    *,
    summary: str,
    time_zone: str,
    client_id: str | None = None,
) -> Calendar:
    """Make a secondary calendar and put it on its owner's list."""
    calendar = Calendar(
        id=f"c_{secrets.token_hex(32)}@group.calendar.google.com",
        data_owner=owner,
        summary=summary,
        time_zone=time_zone,
        stamp=0,
        client_id=client_id,
        acl=_owner_rule(owner),
    )
    state.put_calendar(calendar)
    state.table_of(calendar.id)
    put_entry(state, email=owner, calendar_id=calendar.id)
    return calendar


def _owner_rule(email: str) -> dict[str, Resource]:
    rule = {"role": "owner", "scope": {"type": "user", "value": email}}
    return {f"user:{email}": rule}


def entry_key(email: str, calendar_id: str) -> str:
    """Return the key of an entry of somebody's calendar list."""
    return f"{email}\n{calendar_id}"


def put_entry(
    state: State,
    *,
    email: str,
    calendar_id: str,
    settings: Resource | None = None,
    deleted: bool = False,
) -> ListEntry:
    """Keep an entry of somebody's calendar list as its newest change."""
    old = state.entries.get(entry_key(email, calendar_id))
    kept = settings if settings is not None else (old.settings if old else {})
    entry = ListEntry(
        email=email,
        calendar_id=calendar_id,
        change=state.next_number(f"list_change:{email}"),
        stamp=state.next_stamp(),
        deleted=deleted,
        settings=kept,
    )
    state.touch(f"calendarList:{email}")
    return state.entries.put(entry_key(email, calendar_id), entry)


def role_of(state: State, email: str, calendar: Calendar) -> str:
    """Return the best role that the calendar's rules give to an address."""
    domain = email.partition("@")[2]
    granted = [
        calendar.acl.get(rule, {}).get("role", "none")
        for rule in (f"user:{email}", f"group:{email}", f"domain:{domain}", "default")
    ]
    if email == calendar.data_owner and email in state.accounts:
        granted.append("owner")
    return str(max(granted, key=rank))


def share(state: State, calendar: Calendar, *, rule_id: str, role: str) -> Calendar:
    """Give a role to a rule's scope; the sync tokens of the calendar end.

    https://developers.google.com/workspace/calendar/api/guides/sync
    """
    kind, _, value = rule_id.partition(":")
    scope = {"type": kind, "value": value} if value else {"type": kind}
    old = calendar.acl.get(rule_id)
    rule = {"role": role, "scope": scope, "change": state.next_number("acl_change")}
    rules = {**calendar.acl, rule_id: rule}
    epoch = calendar.epoch + (1 if old is None or old["role"] != role else 0)
    changed = replace(calendar, acl=rules, epoch=epoch)
    state.touch(f"acl:{calendar.id}")
    if kind == "user" and role == "none":
        remove_entry(state, value, calendar.id)
    return state.put_calendar(changed)


def remove_entry(state: State, email: str, calendar_id: str) -> None:
    """Take a calendar off somebody's list, where it was on it."""
    entry = state.entries.get(entry_key(email, calendar_id))
    if entry is not None and not entry.deleted:
        put_entry(state, email=email, calendar_id=calendar_id, deleted=True)


def remove_calendar(state: State, calendar_id: str) -> None:
    """Delete a calendar with its events; it leaves every list."""
    table = state.events.pop(calendar_id, None)
    for row_id in list(table.rows) if table else []:
        state.rows.drop(f"{calendar_id}\n{row_id}")
    state.calendars.drop(calendar_id)
    for entry in state.entries.all():
        if entry.calendar_id == calendar_id:
            remove_entry(state, entry.email, calendar_id)


def remove_account(state: State, email: str) -> None:
    """Delete an account with its calendars, its list and its tokens."""
    for calendar in state.calendars.all():
        if calendar.data_owner == email:
            remove_calendar(state, calendar.id)
    drop_all(state.entries, lambda entry: entry.email == email)
    drop_all(state.access_tokens, lambda token: token.email == email)
    drop_all(state.refresh_tokens, lambda token: token.email == email)
    state.accounts.drop(email)
