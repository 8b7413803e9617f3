"""Characters of other people, where they are at hand, follow the stream by one button."""

from pathlib import Path

import pytest
from blender_process import needs_bpy, run_blender

SHARED = Path(__file__).parents[3] / "shared" / "rigs"

pytestmark = [
    pytest.mark.blender,
    needs_bpy,
    pytest.mark.skipif(not SHARED.is_dir(), reason="needs the folder ../shared/rigs"),
]


@pytest.mark.parametrize(
    "name", ["kaykit_knight.glb", "vroid_test_kun.fbx", "rigify_human_b42.blend"]
)
def test_limbs_point_as_the_persons_do_and_only_the_pose_changes(name: str) -> None:
    run_blender(
        """
    import sys
    from pathlib import Path
    from types import SimpleNamespace
    from live_in_blender import *
    from rigs_in_blender import *
    from blender_addon.headless.rig_import import import_armatures
    from blender_addon.rigs.note import read_note
    from blender_addon.rigs.targets import Targets
    from track_stream import frame_at

    bpy.ops.wm.read_homefile(use_empty=True)
    (rig,) = import_armatures(Path(sys.argv[1]))
    bpy.context.view_layer.update()
    before = untouched(rig.name)
    select(rig)
    assert bpy.ops.livemocap.rig_assign(person="1") == {"FINISHED"}
    found = SimpleNamespace(bones=read_note(rig).joint_map.bones)
    assert all(joint in found.bones for limb in LIMBS for joint in limb), found.bones
    targets = Targets()
    for sequence in range(0, 200, 40):
        frame = frame_at(sequence)
        targets.show([frame], float(sequence))
        off = worst_limb_deg(rig.name, found, frame, 1)
        assert off < 0.1, (sequence, off, targets.troubles)
    assert not targets.troubles
    assert untouched(rig.name) == before
    """,
        str(SHARED / name),
    )
