"""What Odoo would hold of a content (pure)."""

from dataclasses import replace

from connectors.odoo.owner import Owner
from connectors.odoo.rules import held_rule, refusal
from connectors.odoo.values import held_details
from sync.content import Content, Details, Slot
from sync.normal import normal


def held(content: Content, owner: Owner) -> Content:
    """Return the content as Odoo would give it back; what it refuses stays a series."""
    content = normal(content)
    if not content.rules and not content.overrides:
        details = held_details(content.details, owner, zone=owner.zone)
        return normal(Content(uid=content.uid, details=details))
    zone = content.details.when.zone or owner.zone
    details = held_details(content.details, owner, zone=zone)
    if refusal(content):
        return normal(replace(content, details=details))
    rule = held_rule(content.rules[0], details.when)
    overrides: dict[Slot, Details | None] = {
        slot: one and held_details(one, owner, zone=zone)
        for slot, one in content.overrides.items()
    }
    return normal(
        Content(uid=content.uid, details=details, rules=(rule,), overrides=overrides)
    )
