"""What is about to be written, told before it is: the intent of a step."""

from services.ids import Kind, new_id
from services.links.link import Intent, Link
from services.ports.calendar import Mails
from services.ports.values import Json
from services.run.session import Session
from services.run.writing.reviving import revives
from sync.google import etag_of
from sync.identity import event_id, item_key
from sync.plan import Act, Plan
from sync.rules import rule_json
from sync.sides import RULES, Atom, Dispute, Pair, Side


def intended(
    session: Session,
    link: Link,
    plan: Plan,
    pair: Pair,
    *,
    mails: Mails,
    unmailed: str,
    own: bool,
) -> Intent:
    """Return the intent of what a plan asks for; `own` tells an order's own write."""
    return Intent(
        id=new_id(Kind.JOURNAL),
        link=link.id,
        side=plan.side,
        act=str(plan.act),
        target=_target(session, link, plan),
        at=session.now(),
        epoch=session.connection.lease.epoch,
        why="; ".join(filter(None, [_why(link, plan), unmailed])),
        version=_version(link, plan.side),
        atoms=plan.atoms,
        origin=plan.origin or pair.now[plan.side.other],
        before=pair.now[plan.side],
        sent=plan.wanted,
        lost=_lost(plan),
        order=str(link.order.deed) if link.order else "",
        restores=own,
        mails=str(mails),
    )


def _why(link: Link, plan: Plan) -> str:
    if link.order is None or plan.why == link.order.why:
        return plan.why
    return f"{link.order.why}; {plan.why}"


def _target(session: Session, link: Link, plan: Plan) -> str:
    if plan.side is Side.AGENDA:
        key = item_key(session.agenda.id, link.id, link.generation)
        return key if plan.act is Act.CREATE else link.item_id or ""
    if plan.act is Act.CREATE and not revives(link):
        return event_id(link.id, link.generation)
    return link.event_id or ""


def _version(link: Link, side: Side) -> str:
    if side is Side.AGENDA:
        return link.item.version if link.item else ""
    return etag_of(link.rows.master) if link.rows.master else ""


def _lost(plan: Plan) -> dict[str, Json]:
    return {_name(each.atom): _as_json(each) for each in plan.disputes}


def _as_json(dispute: Dispute) -> Json:
    """Return what lost: all but rules are JSON values anyway."""
    if dispute.atom.name != RULES or not isinstance(dispute.lost, tuple):
        return dispute.lost
    return [rule_json(rule) for rule in dispute.lost]


def _name(atom: Atom) -> str:
    return atom.name if atom.slot is None else f"{atom.slot.isoformat()} {atom.name}"
