"""Starting, stopping and surviving."""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import time

import pytest

from livemocap.lifecycle import StopToken, run_loop
from livemocap.log import setup_logging
from livemocap.metrics import MetricsCollector, percentiles

CHILD = """
import sys, time
from livemocap.lifecycle import StopToken, leave, stop_on_signals, stop_with_supervisor
stop = StopToken(); stop_on_signals(stop)
if "supervised" in sys.argv: stop_with_supervisor(stop)
print("up", flush=True)
stop.wait(20)
print(stop.reason, flush=True)
leave(7)
"""


def child(*args: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, *args],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "up\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_process_with_its_own_exit_code(number: signal.Signals) -> None:
    with child() as process:
        process.send_signal(number)
        out, _ = process.communicate(timeout=5)
        assert out == f"{number.name}\n"
        assert process.returncode == 7


def test_a_supervised_process_leaves_when_its_stdin_closes() -> None:
    with child("supervised") as process:
        assert process.stdin
        process.stdin.close()
        assert process.wait(5) == 7


def test_a_loop_survives_bad_frames_and_logs_them_once_a_second(
    caplog: pytest.LogCaptureFixture,
) -> None:
    steps = iter(range(50))

    def step() -> bool:
        if next(steps) == 49:
            return False
        raise ValueError("bad frame")

    with caplog.at_level(logging.ERROR):
        assert run_loop(step, StopToken()) == 49
    assert len(caplog.records) == 1


def test_a_strict_loop_raises_the_first_error() -> None:
    with pytest.raises(ZeroDivisionError):
        run_loop(lambda: bool(1 // 0), StopToken(), strict=True)


def test_expected_errors_end_the_loop_even_when_it_is_not_strict() -> None:
    def step() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        run_loop(step, StopToken(), expected=(ConnectionError,))


def test_the_first_reason_to_stop_is_kept() -> None:
    stop = StopToken()
    stop.set("first")
    stop.set("second")
    assert stop.reason == "first"
    assert stop.is_set()


def test_json_log_lines_can_be_parsed(capsys: pytest.CaptureFixture[str]) -> None:
    setup_logging("infer", as_json=True)
    logging.getLogger("x").warning("slow: %d ms", 12)
    line = json.loads(capsys.readouterr().err)
    logging.getLogger().handlers.clear()
    assert (line["role"], line["level"], line["message"]) == ("infer", "warning", "slow: 12 ms")


def test_metrics_report_counters_states_and_percentiles() -> None:
    metrics = MetricsCollector("track")
    metrics.count("frames")
    metrics.count("frames", 2)
    metrics.set("state", "live")
    for value in range(1, 101):
        metrics.sample("age_ms", value)
    values = metrics.snapshot().values
    assert values["frames"] == 3
    assert values["state"] == "live"
    assert values["age_ms_p50"] == pytest.approx(50.5)
    assert values["age_ms_p95"] == pytest.approx(95.05)
    assert values["age_ms_hz"] == 50


def test_old_samples_leave_the_window() -> None:
    metrics = MetricsCollector("track", window_s=0.05)
    metrics.sample("age_ms", 1000)
    time.sleep(0.1)
    metrics.sample("age_ms", 1)
    assert metrics.snapshot().values["age_ms_p95"] == 1
    assert percentiles([]) == (0.0, 0.0)
