"""The table's figures as OpenTelemetry has them, and as they arrive over OTLP."""

from contextlib import suppress
from typing import Any
from unittest.mock import patch

import requests
from google.auth.credentials import AnonymousCredentials
from google.auth.transport.requests import AuthorizedSession
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from infra.meters import OpenTelemetryMeters, otlp_meters
from services.metrics import METRICS, SECONDS
from tests.otlp import receiver

RUN: dict[str, object] = {
    "outcome": "done",
    "lane": "live",
    "read": 4,
    "written": 3,
    "seconds": 0.4,
    "waited": None,
    "connection_id": "c_1",
    "message": "Roof survey",
}


def read(reader: InMemoryMetricReader) -> dict[str, list[Any]]:
    """Return the points of every metric, by its name."""
    data = reader.get_metrics_data()
    assert data is not None
    [resource] = data.resource_metrics
    return {
        metric.name: list(metric.data.data_points)
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def meters(reader: InMemoryMetricReader) -> OpenTelemetryMeters:
    return OpenTelemetryMeters(reader, instance="i", environment="test")


def test_an_event_is_every_figure_that_it_holds() -> None:
    reader = InMemoryMetricReader()
    measured = meters(reader)

    measured.take("run-done", RUN)
    measured.take("run-done", RUN | {"waited": 2.0})

    found = read(reader)
    [runs] = found["tandem.runs"]
    assert (runs.value, dict(runs.attributes)) == (
        2,
        {"outcome": "done", "lane": "live"},
    )
    assert found["tandem.writes"][0].value == 6
    [spread] = found["tandem.run_seconds"]
    assert tuple(spread.explicit_bounds) == SECONDS
    assert found["tandem.queue_age"][0].count == 1


def test_no_label_holds_anything_but_what_the_table_names() -> None:
    reader = InMemoryMetricReader()
    measured = meters(reader)
    for metric in METRICS:
        measured.take(metric.event, RUN | {metric.value: 1, "state": "active"})

    found = read(reader)

    assert set(found) == {metric.name for metric in METRICS}
    for metric in METRICS:
        for point in found[metric.name]:
            assert set(point.attributes) == set(metric.labels)


def test_a_level_is_what_was_said_last() -> None:
    reader = InMemoryMetricReader()
    measured = meters(reader)

    measured.take("census", {"parked": 7})
    measured.take("census", {"parked": 2})

    assert [point.value for point in read(reader)["tandem.parked"]] == [2]


def test_figures_arrive_over_otlp() -> None:
    with receiver() as (address, got):
        measured = otlp_meters(address, instance="i-1", environment="test")
        measured.take("carried", {"direction": "to_agenda", "seconds": 1.5})
        assert got == []

        assert measured.export()

    request = ExportMetricsServiceRequest.FromString(got[0])
    [resource] = request.resource_metrics
    names = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert (names["service.name"], names["service.instance.id"]) == ("tandem", "i-1")
    [metric] = resource.scope_metrics[0].metrics
    assert metric.name == "tandem.freshness"
    assert metric.histogram.data_points[0].sum == 1.5


def test_that_nobody_received_it_is_told() -> None:
    with receiver() as (address, got):
        measured = otlp_meters(address, instance="i-1", environment="test")
    measured.take("run-done", RUN)

    assert not measured.export()

    assert got == []


def test_google_is_told_who_we_are_and_others_are_not() -> None:
    def default(**asked: Any) -> tuple[AnonymousCredentials, str]:
        return AnonymousCredentials(), "my-project"

    def session_for(address: str) -> requests.Session:
        given: list[requests.Session] = []

        def made(*_: object, session: requests.Session, **__: object) -> None:
            given.append(session)
            raise RuntimeError

        with (
            patch("infra.meters.OTLPMetricExporter.__init__", made),
            suppress(RuntimeError),
        ):
            otlp_meters(address, instance="i", environment="test")
        return given[0]

    with patch("google.auth.default", side_effect=default):
        google = session_for("https://telemetry.googleapis.com/v1/metrics")
    other = session_for("https://googleapis.com.evil.example/v1/metrics")

    assert isinstance(google, AuthorizedSession)
    assert not isinstance(other, AuthorizedSession)
