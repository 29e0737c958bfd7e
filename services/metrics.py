"""Every figure that we measure, and the event of our log that it is read from.

The log is the one source: the cloud turns its events into metrics outside the process
that wrote them, and an OpenTelemetry exporter does the same inside where an operator
wants them elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Reading(StrEnum):
    """How an event becomes a figure."""

    COUNT = "count"
    """Each event is one."""
    SUM = "sum"
    """Each event adds its value."""
    SPREAD = "spread"
    """Each event is one value of many, of which a share lies below a bound."""
    LEVEL = "level"
    """The newest event says how it stands."""


SECONDS: Final = (
    *(0.25, 0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60),
    *(120, 300, 600, 1800, 3600, 7200, 21_600, 86_400),
)
"""The bounds of a spread; the promises of 10 s and of a sweep (1,800 s) are bounds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Metric:
    """One figure: of which event, of which of its members, by which labels."""

    name: str
    reading: Reading
    event: str
    value: str = ""
    labels: tuple[str, ...] = ()
    unit: str = "1"
    means: str


METRICS: Final = (
    Metric(
        name="tandem.freshness",
        reading=Reading.SPREAD,
        event="carried",
        value="seconds",
        labels=("direction",),
        unit="s",
        means="from our receipt of a change to having written it: the promise",
    ),
    Metric(
        name="tandem.platform_delay",
        reading=Reading.SPREAD,
        event="push-heard",
        value="seconds",
        unit="s",
        means="from a change at Google to our receipt of its push: not ours",
    ),
    Metric(
        name="tandem.queue_age",
        reading=Reading.SPREAD,
        event="run-done",
        value="waited",
        labels=("lane",),
        unit="s",
        means="how long a run's task was due before it began",
    ),
    Metric(
        name="tandem.runs",
        reading=Reading.COUNT,
        event="run-done",
        labels=("outcome", "lane"),
        means="runs that ended",
    ),
    Metric(
        name="tandem.run_seconds",
        reading=Reading.SPREAD,
        event="run-done",
        value="seconds",
        labels=("lane",),
        unit="s",
        means="how long a run took",
    ),
    Metric(
        name="tandem.reads",
        reading=Reading.SUM,
        event="run-done",
        value="read",
        means="changes that runs read",
    ),
    Metric(
        name="tandem.writes",
        reading=Reading.SUM,
        event="run-done",
        value="written",
        means="writes that runs did, on either side",
    ),
    Metric(
        name="tandem.quota",
        reading=Reading.COUNT,
        event="quota",
        labels=("limit",),
        means="times that Google said to slow down or to rest",
    ),
    Metric(
        name="tandem.connections_stopped",
        reading=Reading.COUNT,
        event="connection-stopped",
        labels=("state",),
        means="connections that stopped until somebody helps",
    ),
    Metric(
        name="tandem.tokens_lost",
        reading=Reading.COUNT,
        event="needs-reconnect",
        means="connections whose owner must connect again, as it happens",
    ),
    Metric(
        name="tandem.channels_lost",
        reading=Reading.COUNT,
        event="channel-silent",
        means="channels that were found silent, as it happens",
    ),
    Metric(
        name="tandem.found_late",
        reading=Reading.SPREAD,
        event="channel-silent",
        value="seconds",
        unit="s",
        means="how long a change waited of which no push told, until the sweep's look",
    ),
    Metric(
        name="tandem.channels_not_opened",
        reading=Reading.COUNT,
        event="channel-not-opened",
        means="channels that could not be opened or renewed",
    ),
    Metric(
        name="tandem.drifted",
        reading=Reading.COUNT,
        event="drift",
        means="audits that found what had drifted",
    ),
    Metric(
        name="tandem.audits",
        reading=Reading.COUNT,
        event="audited",
        means="audits of a connection that ended",
    ),
    Metric(
        name="tandem.sweeps",
        reading=Reading.COUNT,
        event="swept",
        means="rounds of the sweep; silence means that it is not called",
    ),
    Metric(
        name="tandem.renewals",
        reading=Reading.COUNT,
        event="renewal-round",
        means="rounds of renewing channels; silence means that it is not called",
    ),
    Metric(
        name="tandem.faults",
        reading=Reading.COUNT,
        event="door-failed",
        labels=("door",),
        means="requests that failed by a fault of ours",
    ),
    Metric(
        name="tandem.pushes_ignored",
        reading=Reading.COUNT,
        event="push-ignored",
        means="pushes without one of our tokens",
    ),
    Metric(
        name="tandem.hooks_given_up",
        reading=Reading.COUNT,
        event="hook-given-up",
        means="messages to applications that were given up after a day",
    ),
    Metric(
        name="tandem.support_looks",
        reading=Reading.COUNT,
        event="support-look",
        means="looks with the operator's key at what belongs to a customer",
    ),
    Metric(
        name="tandem.connections",
        reading=Reading.LEVEL,
        event="census-state",
        value="connections",
        labels=("state",),
        means="connections in each state",
    ),
    Metric(
        name="tandem.links",
        reading=Reading.LEVEL,
        event="census",
        value="links",
        means="appointments that are kept the same",
    ),
    Metric(
        name="tandem.dirty",
        reading=Reading.LEVEL,
        event="census",
        value="dirty",
        means="appointments with something left to carry",
    ),
    Metric(
        name="tandem.parked",
        reading=Reading.LEVEL,
        event="census",
        value="parked",
        means="appointments set aside, which a person can help",
    ),
    Metric(
        name="tandem.tokens_dead",
        reading=Reading.LEVEL,
        event="census",
        value="tokens_dead",
        means="accounts whose owner must connect again",
    ),
    Metric(
        name="tandem.tokens_dying",
        reading=Reading.LEVEL,
        event="census",
        value="tokens_dying",
        means="accounts in use whose access could not be renewed for a day",
    ),
    Metric(
        name="tandem.channels_silent",
        reading=Reading.LEVEL,
        event="census",
        value="channels_silent",
        means="connections whose channel fell silent and has not spoken since",
    ),
    Metric(
        name="tandem.channels_missing",
        reading=Reading.LEVEL,
        event="census",
        value="channels_missing",
        means="connections that could have a channel and have none",
    ),
    Metric(
        name="tandem.overdue_seconds",
        reading=Reading.LEVEL,
        event="census",
        value="overdue_seconds",
        unit="s",
        means="how late the connection is that waits longest for its look",
    ),
)
