"""The same take on the same character: baked in Blender, and exported without its window."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from blender_process import needs_bpy, run_blender
from motion import smooth_tracks
from rigs_made import made_rig

from livemocap.take import TakeWriter
from retarget.motion import motions_from_tracks
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures
from retarget.rigs.export import BakeWishes, bake
from retarget.rigs.export_file import rig_of_file
from retarget.rigs.posed import posed

FRAMES = range(0, 31, 6)

_BAKE = """
import sys
from pathlib import Path
import bpy
import numpy as np
from mathutils import Matrix
import blender_addon
from blender_addon.rigs.reader import posed_skeleton, rest_skeleton
from blender_rigs import bind_skin, build_armature
from retarget.rigs.armature import Armature
from retarget.rigs.armature_file import load_armatures, save_armatures
folder = Path(sys.argv[1])
bpy.ops.wm.read_factory_settings(use_empty=True)
blender_addon.register()
scene = bpy.context.scene
scene.frame_start, scene.render.fps = 1, 30
skeleton = load_armatures(folder / "made.npz")[0].skeleton
placed = np.array(Matrix.Rotation(1.5707963267948966, 4, "X") @ Matrix.Scale(0.01, 4))
rig = build_armature("Hero", skeleton, placed)
skin = bind_skin(rig, list(skeleton.names))
bpy.ops.export_scene.fbx(filepath=str(folder / "hero.fbx"), add_leaf_bones=False, bake_anim=False)
skin.select_set(False)
rig.select_set(True)
bpy.context.view_layer.objects.active = rig
take = str(folder / "take.mcap")
said = bpy.ops.livemocap.bake_take(filepath=take, wait=True, to="SELECTED")
assert said == {"FINISHED"}
found = [Armature(name="rest", skeleton=rest_skeleton(rig))]
for frame in range(0, 31, 6):
    scene.frame_set(1 + frame)
    found.append(Armature(name=str(frame), skeleton=posed_skeleton(rig)))
save_armatures(folder / "posed.npz", found)
"""


@pytest.mark.blender
@needs_bpy
def test_every_bone_turns_and_goes_as_in_blender(tmp_path: Path) -> None:
    made = made_rig("unity", rest="A", axes="random", extras=["root", "twist"])
    save_armatures(tmp_path / "made.npz", [Armature(name="Hero", skeleton=made.skeleton)])
    writer = TakeWriter(tmp_path / "take.mcap")
    tracks = smooth_tracks(31, people=(1,))
    for frame in tracks:
        writer.write("track", frame)
    writer.close()
    run_blender(_BAKE, str(tmp_path))
    rest, *theirs = (each.skeleton for each in load_armatures(tmp_path / "posed.npz"))

    chosen = rig_of_file(tmp_path / "hero.fbx")
    assert chosen.joint_map.bones == made.bones
    [motion] = motions_from_tracks(tracks)
    person = bake(motion, Fraction(30), chosen, BakeWishes())
    ours = posed(person.rig, person.pose)
    rows = [chosen.skeleton.rows[name] for name in rest.names]
    for frame, blenders in zip(FRAMES, theirs, strict=True):
        turned = blenders.axes @ np.swapaxes(rest.axes, -1, -2)
        off = np.linalg.norm(ours.deltas[frame][rows] - turned, axis=(-2, -1)) / np.sqrt(2)
        assert np.degrees(off.max()) < 0.01
        np.testing.assert_allclose(ours.heads[frame][rows], blenders.heads, atol=1e-4)
