"""What every role's command shares."""

from __future__ import annotations

import argparse
import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from livemocap.config import ConfigError
from livemocap.role import RoleContext, add_role_arguments, run_role


@pytest.fixture(autouse=True)
def _restore_signals_and_log() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    logging.getLogger().handlers.clear()
    for number, handler in kept.items():
        signal.signal(number, handler)


def parse(tmp_path: Path, text: str, *flags: str) -> argparse.Namespace:
    studio = tmp_path / "studio.toml"
    studio.write_text(text, "utf-8")
    parser = argparse.ArgumentParser()
    add_role_arguments(parser)
    return parser.parse_args([str(studio), *flags])


def test_a_role_gets_its_effective_settings(tmp_path: Path) -> None:
    seen: list[RoleContext] = []

    def body(context: RoleContext) -> int:
        seen.append(context)
        return 3

    text = '[network]\ntrack_port = 5000\n[[camera]]\nid = "door"\n'
    args = parse(tmp_path, text, "--set", "network.pose_port=6000")
    assert run_role(args, "track", body) == 3
    (context,) = seen
    assert context.network.track() == "tcp://127.0.0.1:5000"
    assert context.network.pose(1) == "tcp://127.0.0.1:6001"
    assert context.camera_ids == ["door"]


def test_a_bad_setting_never_reaches_the_role(tmp_path: Path) -> None:
    args = parse(tmp_path, "[network]\ntrak_port = 5000\n")
    with pytest.raises(ConfigError, match="Did you mean 'track_port'"):
        run_role(args, "track", lambda _: pytest.fail("ran"))


def test_a_signal_reaches_the_stop_token(tmp_path: Path) -> None:
    def body(context: RoleContext) -> int:
        signal.raise_signal(signal.SIGTERM)
        return 0 if context.stop.wait(2) else 1

    assert run_role(parse(tmp_path, ""), "track", body) == 0
