"""A small page on which a person sees and edits a calendar, without JavaScript."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from urllib.parse import urlencode, urlsplit

from flask import Flask, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from local.google.accounts import add_account, new_subject
from local.google.errors import ApiError, forbidden
from local.google.events import delete, get_row, insert, patch
from local.google.invitations import guests, is_copy
from local.google.list_query import read_query
from local.google.listing import rows_between, view_of
from local.google.model import Account, Resource, Row
from local.google.page_forms import (
    DAYS,
    REPEATS,
    body_of,
    empty_form,
    form_of,
    moved_times,
    recurrence_of,
    with_answers,
)
from local.google.rendering import resource_of, whole_fields
from local.google.splitting import split, trim
from local.google.times import midnight, utc_text, zone
from local.google.visit import Viewer, Visit, open_visit
from local.google.world import World
from local.google.writing import WriteOptions

DAYS_SHOWN = 28
Page = Response | str


def register_pages(app: Flask, world: World) -> None:
    """Give the app its page."""
    for verb, path, page in (
        ("GET", "/", _home),
        ("POST", "/accounts", _add_account),
        ("GET", "/agenda", _agenda),
        ("GET", "/event", _event),
        ("POST", "/event", _act),
    ):
        app.add_url_rule(
            path,
            endpoint=f"page {verb} {path}",
            methods=[verb],
            view_func=_view(world, page),
        )


def _view(
    world: World, page: Callable[[World], Page]
) -> Callable[[], Page | tuple[Page, int]]:
    def view() -> Page | tuple[Page, int]:
        try:
            _check_origin()
            return page(world)
        except ApiError as error:
            shown = render_template("page_error.html", error=error, back=_agenda_url())
            return shown, error.status

    return view


def _check_origin() -> None:
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin and urlsplit(origin).netloc != request.host:
        raise forbidden()


def _home(world: World) -> Page:
    people = [one for one in world.state.accounts.all() if not one.is_service]
    return render_template("home.html", people=people)


def _add_account(world: World) -> Page:
    email = request.form.get("email", "").strip().lower()
    if "@" in email and email not in world.state.accounts:
        zone_name = request.form.get("time_zone", "")
        account = Account(
            email=email,
            subject=new_subject(),
            time_zone=zone_name if _is_zone(zone_name) else "UTC",
        )
        add_account(world.state, account)
    return redirect("/")


def _is_zone(name: str) -> bool:
    try:
        zone(name)
    except KeyError:
        return False
    return True


def _visit(world: World) -> Visit:
    email = request.values.get("account", "").lower()
    viewer = Viewer(email=email, client_id="page", project="page")
    return open_visit(world.state, viewer, request.values.get("calendar") or email)


def _agenda_url(**more: str) -> str:
    kept = {name: request.values.get(name, "") for name in ("account", "calendar")}
    return f"/agenda?{urlencode({**kept, **more})}"


def _first_day(visit: Visit) -> date:
    try:
        return date.fromisoformat(request.args.get("from", ""))
    except ValueError:
        today = visit.state.now().astimezone(zone(visit.calendar.time_zone)).date()
        return today - timedelta(days=today.weekday())


def _agenda(world: World) -> Page:
    visit = _visit(world)
    first = _first_day(visit)
    last = first + timedelta(days=DAYS_SHOWN)
    here = visit.calendar.time_zone
    window = {
        "timeMin": utc_text(midnight(first.isoformat(), here)),
        "timeMax": utc_text(midnight(last.isoformat(), here)),
        "singleEvents": "true",
    }
    rows = rows_between(visit, read_query(MultiDict(window)))
    earlier = (first - timedelta(days=DAYS_SHOWN)).isoformat()
    return render_template(
        "agenda.html",
        visit=visit,
        calendars=_calendars(visit),
        days=_by_day(visit, rows),
        form=empty_form(max(first, _today(visit)), here),
        first=first,
        last=last - timedelta(days=1),
        earlier=_agenda_url(**{"from": earlier}),
        later=_agenda_url(**{"from": last.isoformat()}),
        repeats=REPEATS,
        weekdays=DAYS,
    )


def _today(visit: Visit) -> date:
    return visit.state.now().astimezone(zone(visit.calendar.time_zone)).date()


def _calendars(visit: Visit) -> list[Resource]:
    entries = visit.state.entries.all()
    mine = [one for one in entries if one.email == visit.viewer.email]
    found = [
        visit.state.calendars.get(one.calendar_id) for one in mine if not one.deleted
    ]
    return [{"id": one.id, "summary": one.summary} for one in found if one]


def _by_day(visit: Visit, rows: list[Row]) -> dict[str, list[Resource]]:
    view = view_of(visit)
    days: dict[str, list[Resource]] = {}
    for row in rows:
        shown = resource_of(visit.table, row, view=view)
        start = shown["start"]
        day = date.fromisoformat(start.get("date") or start["dateTime"][:10])
        name = f"{day:%A} {day.day} {day:%B %Y}"
        days.setdefault(name, []).append({**shown, "hours": _hours(shown)})
    return days


def _hours(shown: Resource) -> str:
    if "date" in shown["start"]:
        return "all day"
    start, end = shown["start"]["dateTime"], shown["end"]["dateTime"]
    return f"{start[11:16]}–{end[11:16]}"


def _event(world: World) -> Page:
    visit = _visit(world)
    row = get_row(visit, request.args.get("id", ""))
    fields = whole_fields(visit.table, row)
    if "start" not in fields:
        return redirect(_agenda_url())
    mine = guests(fields).get(visit.calendar.id.lower())
    return render_template(
        "event.html",
        visit=visit,
        row=row,
        form=form_of(fields, zone_name=visit.calendar.time_zone),
        series=_series_form(visit, row),
        mine=mine,
        guests=fields.get("attendees", ()),
        organizer=fields.get("organizer", {}).get("email"),
        invited=is_copy(visit.calendar, fields),
        back=_agenda_url(),
        repeats=REPEATS,
        weekdays=DAYS,
    )


def _series_form(visit: Visit, row: Row) -> dict[str, object] | None:
    master = visit.table.get(row.master_id or "")
    if row.slot is None or master is None or not master.is_master:
        return None
    return form_of(master.fields, zone_name=visit.calendar.time_zone)


def _act(world: World) -> Page:
    visit = _writing_visit(world)
    mails = "all" if request.form.get("mail_guests") else "none"
    ACTIONS[request.form.get("action", "create")](
        visit, WriteOptions(send_updates=mails)
    )
    return redirect(_agenda_url(**_around()))


def _writing_visit(world: World) -> Visit:
    visit = _visit(world)
    least = "writerWithoutPrivateAccess"
    return open_visit(world.state, visit.viewer, visit.calendar.id, at_least=least)


def _around() -> dict[str, str]:
    try:
        day = datetime.fromisoformat(request.form.get("start_date", "")).date()
    except ValueError:
        return {}
    return {"from": (day - timedelta(days=day.weekday())).isoformat()}


def _create(visit: Visit, options: WriteOptions) -> None:
    body = body_of(request.form)
    body["recurrence"] = recurrence_of(request.form)
    insert(visit, body, options)


def _save(visit: Visit, options: WriteOptions) -> None:
    row = get_row(visit, request.form.get("id", ""))
    shown = whole_fields(visit.table, row)
    body = with_answers(body_of(request.form), shown)
    scope = request.form.get("scope", "this")
    master = visit.table.get(row.master_id or "")
    if row.slot is None:
        body["recurrence"] = recurrence_of(request.form)
        patch(visit, row.id, body, options=options)
    elif scope == "following":
        split(visit, row.id, body, options)
    elif scope == "all" and master is not None:
        moved = moved_times(body, shown=shown, master=master.fields)
        patch(visit, master.id, moved, options=options)
    else:
        patch(visit, row.id, body, options=options)


def _delete(visit: Visit, options: WriteOptions) -> None:
    row = get_row(visit, request.form.get("id", ""))
    scope = request.form.get("scope", "this")
    if row.slot is not None and scope == "following":
        trim(visit, row.id, options)
    elif row.slot is not None and scope == "all" and row.master_id:
        delete(visit, row.master_id, options)
    else:
        delete(visit, row.id, options)


def _answer(visit: Visit, options: WriteOptions) -> None:
    answer = {
        "email": visit.calendar.id,
        "responseStatus": request.form.get("response", ""),
    }
    body = {"attendees": [answer], "attendeesOmitted": True}
    patch(visit, request.form.get("id", ""), body, options=options)


ACTIONS: dict[str, Callable[[Visit, WriteOptions], None]] = {
    "create": _create,
    "save": _save,
    "delete": _delete,
    "answer": _answer,
}
