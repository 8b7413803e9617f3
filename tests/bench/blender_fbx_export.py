"""Blender's own FBX exporter on a file of ours: python blender_fbx_export.py IN.fbx OUT.fbx.

Prints the seconds of wall and of CPU time that exporting took, reading the file aside.
"""

import os
import sys
import time

import bpy


def main() -> None:
    source, target = sys.argv[1:3]
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.import_scene.fbx(filepath=source, anim_offset=0)
    scene = bpy.context.scene
    action = scene.objects[0].animation_data.action
    scene.frame_start, scene.frame_end = 0, round(action.frame_range[1])
    wall, cpu = time.perf_counter(), time.process_time()
    bpy.ops.export_scene.fbx(
        filepath=target,
        object_types={"ARMATURE"},
        add_leaf_bones=False,
        bake_anim_use_nla_strips=False,
        bake_anim_use_all_actions=False,
        bake_anim_simplify_factor=0,
    )
    print(f"took {time.perf_counter() - wall} {time.process_time() - cpu}")


main()
sys.stdout.flush()
os._exit(0)
