"""The add-on in headless Blender, following a run's live stream from beginning to end.

    python -m livemocap.cli.blender_side tcp://127.0.0.1:47820 report.json --supervised

What a user sees in Blender's viewport happens here without one: the add-on's receiver thread,
its tick and one proxy armature per person.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from livemocap.lifecycle import StopToken, leave, stop_on_signals, stop_with_supervisor
from livemocap.log import setup_logging


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("endpoint")
    parser.add_argument("report", type=Path)
    parser.add_argument("--supervised", action="store_true")
    args = parser.parse_args()
    setup_logging("blender")
    stop = StopToken()
    stop_on_signals(stop)
    if args.supervised:
        stop_with_supervisor(stop)
    args.report.write_text(json.dumps(follow(args.endpoint, stop)), encoding="utf-8")
    leave(0)  # Blender's module may crash or hang when Python takes it down


def follow(endpoint: str, stop: StopToken) -> dict[str, int]:
    """Tick as Blender's timer would until the stream ends or `stop` is set; what was seen."""
    from blender_addon import register
    from blender_addon.stream import live
    from blender_addon.stream.proxies import find_proxies

    register()
    live.connect(endpoint)
    connection = live.current()
    assert connection
    shown = armatures = 0
    while not stop.is_set() and not connection.receiver.status().ended:
        if live.tick(time.monotonic()):
            shown += 1
            armatures = max(armatures, len(find_proxies()))
        stop.wait(live.TICK_S)
    status = connection.receiver.status()
    live.disconnect()
    return {
        "armatures": armatures,
        "received": status.frames,
        "missing": status.gaps,
        "shown": shown,
    }


if __name__ == "__main__":
    main()
