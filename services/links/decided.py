"""What a person decided about one link: yes or no to a plan, or that it is alone."""

from dataclasses import dataclass

from connectors.base import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """The answers that a link carries.

    `yes` and `no` are marks of plans as they were shown (`sync.plan_hash`): what is
    said yes to passes, and nothing else does; what is said no to rests. `apart` tells
    that it is nothing that stands on the other side, however much alike. `mails` tells
    that the yes was to a preview that showed which guests are mailed.
    """

    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    apart: bool = False
    mails: bool = False


UNDECIDED = Decided()


def decided_json(decided: Decided) -> Json:
    """Return what was decided as JSON; nothing at all is null."""
    if decided == UNDECIDED:
        return None
    return {
        "yes": sorted(decided.yes),
        "no": sorted(decided.no),
        "apart": decided.apart,
        "mails": decided.mails,
    }


def decided_of(json: Json) -> Decided:
    """Return what `decided_json` made; a link of an older version has none."""
    if not json:
        return UNDECIDED
    yes, no = frozenset(json["yes"]), frozenset(json["no"])
    return Decided(yes=yes, no=no, apart=json["apart"], mails=json["mails"])
