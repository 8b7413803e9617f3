"""What the tests of the live add-on do inside Blender: connect, tick, compare."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import bpy
import numpy as np

import blender_addon
from blender_addon.stream import live
from blender_addon.stream.proxies import find_proxies
from livemocap.coords import blender_from_world
from livemocap.messages import TRACK_TENTATIVE, TrackFrame
from livemocap.skeleton import SMPLX

if not hasattr(bpy.types.WindowManager, "livemocap"):  # it may be enabled already
    blender_addon.register()


def connect(endpoint: str) -> list[TrackFrame]:
    """Connect by the button; returns a list that every frame shown is appended to."""
    bpy.context.window_manager.livemocap.address = endpoint
    assert bpy.ops.livemocap.connect() == {"FINISHED"}
    connection = live.current()
    assert connection is not None
    shown: list[TrackFrame] = []
    show = connection.poser.show

    def remember(frames: Sequence[TrackFrame], now_s: float) -> None:
        show(frames, now_s)
        shown.extend(frames)

    connection.poser.show = remember  # type: ignore[method-assign]
    return shown


def tick_until(done: Callable[[], object], timeout_s: float = 20.0) -> None:
    """Tick as Blender's timer would, until `done`."""
    deadline = time.monotonic() + timeout_s
    while not done():
        connection = live.current()
        assert time.monotonic() < deadline, connection and connection.receiver.status()
        live.tick(time.monotonic())
        time.sleep(0.002)


def tick_to_next(shown: list[TrackFrame]) -> TrackFrame:
    """Tick until another frame is shown."""
    count = len(shown)
    tick_until(lambda: len(shown) > count)
    return shown[-1]


def worst_joint_mm(frame: TrackFrame) -> float:
    """The largest distance between a visible proxy's joint and the message's, over everybody
    who is sure to be there."""
    bpy.context.view_layer.update()
    proxies = find_proxies()
    worst = 0.0
    for joints, track_id, state in zip(
        frame.joints, frame.track_ids.tolist(), frame.states.tolist(), strict=True
    ):
        if state == TRACK_TENTATIVE:
            continue
        proxy = proxies[track_id]
        assert not proxy.hide_viewport
        heads = [proxy.matrix_world @ proxy.pose.bones[name].head for name in SMPLX.names]
        away = np.linalg.norm(np.array(heads) - blender_from_world(joints), axis=-1)
        worst = max(worst, 1000 * float(away.max()))
    return worst
