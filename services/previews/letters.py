"""The mail to an organization's administrators: the brake holds, and waits for them.

Once for each time that a connection begins to ask. It holds counts and an address, and
no word of an appointment. A mailer that is down stops no run: the next one tries again.
"""

import html
import logging
from dataclasses import replace

from services.connections.connection import Connection, change
from services.organizations.organization import get_organization
from services.ports.mailer import Mail, MailError
from services.previews.preview import preview_path
from services.refusals import Unknown
from services.texts import MAILS
from services.world import World

logger = logging.getLogger(__name__)

PARTS = ("hello", "what", "counts", "how", "address", "goes_on")


def tell_administrators(world: World, connection: Connection) -> None:
    """Mail the administrators that a connection waits for an answer, if nobody has."""
    asked = connection.asked
    if asked is None or asked.told or connection.preview is None:
        return
    emails = _administrators(world, connection)
    if not emails or not _claimed(world, connection, told=True):
        return
    sent = [_sent(world, connection, email) for email in emails]
    if not any(sent):
        _claimed(world, connection, told=False)


def _administrators(world: World, connection: Connection) -> tuple[str, ...]:
    try:
        organization = get_organization(world.store, connection.organization)
    except Unknown:
        return ()
    return organization.administrators


def _claimed(world: World, connection: Connection, *, told: bool) -> bool:
    """Note that the mail is being sent, or was not; False when somebody was faster."""
    claimed = False

    def marked(now: Connection) -> Connection:
        nonlocal claimed
        claimed = now.asked is not None and now.asked.told is not told
        if now.asked is None:
            return now
        return replace(now, asked=replace(now.asked, told=told))

    change(world.store, connection.id, marked)
    return claimed


def _sent(world: World, connection: Connection, email: str) -> bool:
    try:
        world.mailer.send(_mail(world, connection, email))
    except MailError:
        fields = {"event": "brake-not-mailed", "connection_id": connection.id}
        logger.warning("administrator not mailed", extra=fields, exc_info=True)
        return False
    return True


def _mail(world: World, connection: Connection, email: str) -> Mail:
    path = f"/v1/{preview_path(connection.id, connection.preview or '')}"
    address = world.addresses.at("api", path)
    reason = connection.asked.reason if connection.asked else ""
    places = {
        "connection": connection.id,
        "held": f"{connection.counts.held:,}",
        "links": f"{connection.counts.links:,}",
        "reason": reason,
        "address": address,
    }
    said = {part: MAILS.text(f"brake.{part}", **places) for part in PARTS}
    shown = "\n".join(f"<p>{html.escape(said[part])}</p>" for part in PARTS)
    return Mail(
        to=email,
        subject=MAILS.text("brake.subject", **places),
        text="\n\n".join(said[part] for part in PARTS) + "\n",
        html=f'<html lang="en"><body>\n{shown}\n</body></html>\n',
        sender_name="Tandem",
    )
