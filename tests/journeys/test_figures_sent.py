"""A function as the cloud starts it sends its last figures when it is told to end."""

import signal
import subprocess
import sys
from pathlib import Path

import requests
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from tests.house import ROOT
from tests.journeys.processes import TIMEOUT, environment, free_port
from tests.journeys.tandem import until
from tests.otlp import receiver


def is_up(url: str) -> bool:
    try:
        return requests.get(url, timeout=TIMEOUT).status_code == 405
    except requests.ConnectionError:
        return False


def test_the_last_figures_are_sent_when_the_process_is_told_to_end(
    tmp_path: Path,
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/push/google"
    framework = [sys.executable, "-m", "functions_framework", "--port", str(port)]
    target = ["--target", "calendar_webhook", "--source", str(ROOT / "main.py")]
    with receiver() as (address, got):
        process = subprocess.Popen(
            [*framework, *target],
            cwd=tmp_path,
            env=environment(TANDEM_METRICS=f"otlp:{address}"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            until(lambda: is_up(url))
            for _ in range(3):
                assert requests.post(url, timeout=TIMEOUT).status_code == 204
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(TIMEOUT)

    told = ExportMetricsServiceRequest.FromString(got[-1])
    [metric] = told.resource_metrics[0].scope_metrics[0].metrics
    assert metric.name == "tandem.pushes_ignored"
    assert metric.sum.data_points[0].as_int == 3
