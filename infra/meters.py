"""Figures as OpenTelemetry metrics, sent over OTLP.

https://opentelemetry.io/docs/specs/otlp/#otlphttp
"""

import math
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    MetricExportResult,
    MetricReader,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import Resource

from services.metrics import METRICS, SECONDS, Metric, Reading

TIMEOUT_SECONDS = 3
GOOGLE = "googleapis.com"

Take = Callable[[float, Mapping[str, str]], None]


class OpenTelemetryMeters:
    """Turns events into the metrics of the table, and hands them to a reader."""

    def __init__(
        self,
        reader: MetricReader,
        *,
        instance: str,
        environment: str,
        outcome: list[MetricExportResult] | None = None,
    ) -> None:
        self._outcome = [] if outcome is None else outcome
        resource = Resource.create(
            {
                "service.name": "tandem",
                "service.instance.id": instance,
                "deployment.environment.name": environment,
            }
        )
        # Ending is seen to by whoever measures: the last figures are sent first.
        self._provider = MeterProvider(
            [reader], resource=resource, shutdown_on_exit=False
        )
        meter = self._provider.get_meter("tandem")
        self._takes = [(metric, _instrument(meter, metric)) for metric in METRICS]

    def take(self, event: str, members: Mapping[str, object]) -> None:
        """Measure every figure that an event holds; a value that is null is none."""
        for metric, take in self._takes:
            value = members.get(metric.value) if metric.value else 1
            if metric.event == event and isinstance(value, int | float):
                labels = {name: str(members.get(name, "")) for name in metric.labels}
                take(value, labels)

    def export(self) -> bool:
        """Send what was measured, and return whether it arrived.

        What did not is sent with the next, for sums and spreads add up.
        """
        self._outcome.clear()
        self._provider.force_flush(timeout_millis=TIMEOUT_SECONDS * 1000)
        return MetricExportResult.FAILURE not in self._outcome


def otlp_meters(
    address: str, *, instance: str, environment: str
) -> OpenTelemetryMeters:
    """Return meters that send to an OTLP receiver, at Google as this account of ours.

    Headers for other receivers come from OTEL_EXPORTER_OTLP_HEADERS, as everywhere.
    """
    outcome: list[MetricExportResult] = []
    exporter = _Telling(outcome, address)
    # Without a thread of its own: see functions/meters.py.
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=math.inf)
    return OpenTelemetryMeters(
        reader, instance=instance, environment=environment, outcome=outcome
    )


class _Telling(OTLPMetricExporter):
    """An exporter that notes what came of each export, which its reader forgets."""

    def __init__(self, outcome: list[MetricExportResult], address: str) -> None:
        super().__init__(
            endpoint=address, timeout=TIMEOUT_SECONDS, session=_session(address)
        )
        self._noted = outcome

    def export(
        self,
        metrics_data: MetricsData,
        timeout_millis: float | None = TIMEOUT_SECONDS * 1000,
        **named: Any,
    ) -> MetricExportResult:
        """Export, and note the outcome."""
        self._noted.append(super().export(metrics_data, timeout_millis, **named))
        return self._noted[-1]


def _session(address: str) -> requests.Session:
    host = urlsplit(address).hostname or ""
    if host != GOOGLE and not host.endswith(f".{GOOGLE}"):
        return requests.Session()
    import google.auth
    from google.auth.transport.requests import AuthorizedSession

    credentials, _ = google.auth.default(
        scopes=["https://www.googleapis.com/auth/monitoring.write"]
    )
    return AuthorizedSession(credentials)


def _instrument(meter: Meter, metric: Metric) -> Take:
    named = {"name": metric.name, "unit": metric.unit, "description": metric.means}
    match metric.reading:
        case Reading.COUNT | Reading.SUM:
            return meter.create_counter(**named).add
        case Reading.LEVEL:
            return meter.create_gauge(**named).set
        case Reading.SPREAD:
            bounds = [float(bound) for bound in SECONDS]
            return meter.create_histogram(
                **named, explicit_bucket_boundaries_advisory=bounds
            ).record
