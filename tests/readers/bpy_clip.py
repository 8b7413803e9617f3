"""What Blender makes of a motion file: python bpy_clip.py FILE FRAMES FRAME_TIME_S, JSON out."""

import json
import os
import sys

import bpy
import numpy as np


def main() -> None:
    path, frames = sys.argv[1], int(sys.argv[2])
    bpy.ops.wm.read_factory_settings(use_empty=True)
    if path.endswith(".bvh"):
        bpy.ops.import_anim.bvh(filepath=path, frame_start=0, rotate_mode="QUATERNION")
    else:
        bpy.ops.import_scene.fbx(filepath=path, anim_offset=0)
    scene = bpy.context.scene
    armature = next(o for o in scene.objects if o.type == "ARMATURE")
    names = [bone.name for bone in armature.data.bones]
    world_blender = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]])  # Blender's axes to +Y up

    def y_up(points: list) -> list:
        M = np.array(armature.matrix_world)
        return ((np.array(points) @ M[:3, :3].T + M[:3, 3]) @ world_blender.T).tolist()

    first, last = armature.animation_data.action.frame_range
    # Blender 4.4 places keys by the whole fps: at 23.976 frame 1000 comes in as 1001
    stretch = scene.render.fps_base if path.endswith(".fbx") else 1.0
    start = 0.0 if path.endswith(".fbx") else first  # of BVH it calls the first frame 1
    moving = []
    for k in range(frames):
        at = start + k * stretch
        scene.frame_set(int(at), subframe=at % 1)
        moving.append(y_up([armature.pose.bones[n].head for n in names]))
    action = armature.animation_data.action
    # Blender 5.0 has curves in slots alone
    strips = [strip for layer in getattr(action, "layers", ()) for strip in layer.strips]
    curves = strips[0].channelbags[0].fcurves if strips else action.fcurves
    found = {
        "names": names,
        "parents": [b.parent.name if b.parent else "" for b in armature.data.bones],
        "others": [o.name for o in scene.objects if o is not armature],
        "rest": y_up([armature.data.bones[n].head_local for n in names]),
        "joints": moving,
        "frames": max(len(curve.keyframe_points) for curve in curves),
        "first_frame": first,
        "last_frame": last,
        "fps": scene.render.fps / scene.render.fps_base,
        "scale": list(armature.scale),
    }
    print(json.dumps(found))


main()
sys.stdout.flush()
os._exit(0)
