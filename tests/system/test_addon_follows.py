"""The add-on in headless Blender, fed by the real processes: capture, inference, tracking."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from blender_process import blender_command, blender_environment, needs_bpy
from commands import own_network, started

pytestmark = [
    pytest.mark.blender,
    needs_bpy,
    pytest.mark.skipif(sys.platform == "win32", reason="signals end the processes"),
]
RUN = ("run", "--camera", "synthetic", "--engine", "instant", "--no-view")
SMALL = ("--camera-size", "320x240", "--fps", "30")

_FOLLOW = """
    import sys
    from live_in_blender import *
    from livemocap.rotation import matrix_from_rotvec
    from livemocap.skeleton import global_rotations, joint_positions

    def forward_kinematics_mm(frame):
        # of the message's rotations and root, in double precision
        turns = matrix_from_rotvec(frame.joint_rotvecs.astype(float))
        world = global_rotations(turns, SMPLX)
        joints = joint_positions(world, frame.rest_joints, frame.pelvis, SMPLX)
        return 1000 * np.abs(joints - frame.joints).max()

    shown = connect(sys.argv[1])
    for word in ("first", "again"):
        tick_until(lambda: len(find_proxies()) >= 2, timeout_s=60)
        start = len(shown)
        while len(shown) < start + 40:
            frame = tick_to_next(shown)
            away = worst_joint_mm(frame) + forward_kinematics_mm(frame)
            assert away < 0.1, away
        print(word, sorted(proxy.name for proxy in find_proxies().values()), flush=True)
        if word == "first":
            tick_until(lambda: not live.current().receiver.status().connected)
            assert len(find_proxies()) == 2
            print("gone", flush=True)
"""


def test_proxies_stand_where_the_tracks_are_also_after_everything_was_restarted(
    tmp_path: Path,
) -> None:
    network, ports = own_network()
    child = subprocess.Popen(
        blender_command(_FOLLOW, network.track()),
        env=blender_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    try:
        said = (line.strip() for line in child.stdout if line[:5] in ("first", "gone\n", "again"))
        with started(*RUN, *SMALL, *ports, log=tmp_path / "log"):
            assert next(said) == "first ['Person 1', 'Person 2']"
        assert next(said) == "gone"
        with started(*RUN, *SMALL, *ports, log=tmp_path / "log"):
            assert next(said) == "again ['Person 1', 'Person 2']"
        assert child.wait(60) == 0
    finally:
        child.kill()
        child.wait()
