# SPDX-License-Identifier: GPL-3.0-or-later
"""View3D > Sidebar > LiveMocap > Rig > Face: the jaw and shape keys."""

from __future__ import annotations

from typing import Any

import bpy

from ..rigs.face import FaceMesh, face_meshes
from ..rigs.note import RigNote
from ..stream import live
from .rig_options_panel import RigPart
from .rig_settings import chosen_note, rig_settings
from .status import StatusLine, draw_lines, sentence_lines


class LIVEMOCAP_PT_face(RigPart, bpy.types.Panel):
    bl_idname = "LIVEMOCAP_PT_face"
    bl_label = "Face"
    bl_order = 4

    def draw_header(self, context: bpy.types.Context) -> None:
        header: Any = self.layout
        header.prop(rig_settings(context), "face", text="")

    def draw(self, context: bpy.types.Context) -> None:
        layout: Any = self.layout
        chosen, settings = chosen_note(context), rig_settings(context)
        if chosen is None:
            return
        column = layout.column(align=True)
        column.prop(settings, "jaw_gain", slider=True)
        shapes = column.column(align=True)
        shapes.active = settings.face
        shapes.prop(settings, "expression_gain", slider=True)
        shapes.prop_search(settings, "face_mesh", bpy.data, "objects", icon="MESH_DATA")
        draw_lines(layout, _lines(*chosen))


def _lines(rig_object: bpy.types.Object, note: RigNote) -> list[StatusLine]:
    """What will move, and what the stream does not say."""
    by_bone = "jaw" in note.joint_map.matches
    meshes = face_meshes(rig_object, note)
    lines = sentence_lines("The jaw has a bone", "BONE_DATA") if by_bone else []
    for mesh in meshes:
        lines += sentence_lines(_mesh_words(mesh), "SHAPEKEY_DATA")
    if note.settings.face and not meshes:
        lines += sentence_lines("No mesh on it has shape keys that we know", "INFO")
    connection = live.current()
    if meshes and connection and connection.targets.has_expression(rig_object) is False:
        jaw = any(mesh.face.jaw.any() for mesh in meshes)
        only = "only the jaw moves" if jaw else "no shape moves"
        lines += sentence_lines(f"The stream carries no expression: {only}", "INFO")
    return lines


def _mesh_words(mesh: FaceMesh) -> str:
    count = len(mesh.rows)
    return f"{mesh.name}: {count} {mesh.face.title} shape{'s' * (count != 1)}"


CLASSES = (LIVEMOCAP_PT_face,)
