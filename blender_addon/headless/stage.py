# SPDX-License-Identifier: GPL-3.0-or-later
"""A floor, a light and a camera for a picture of people, drawn by Workbench."""

from __future__ import annotations

import math
from typing import Any

import bpy
import numpy as np
from mathutils import Matrix

from livemocap.rotation import Array, normalize

Rgb = tuple[float, float, float]

_BACKGROUND: Rgb = (0.018, 0.021, 0.026)
_FLOOR: Rgb = (0.05, 0.055, 0.065)
_LINES: Rgb = (0.15, 0.16, 0.18)
_FOV = math.radians(32)
_PITCH = math.radians(14)
_MARGIN = 1.12


def mesh_object(
    name: str, vertices: Array, faces: Array, color: Rgb, alpha: float = 1.0, smooth: bool = True
) -> bpy.types.Object:
    """Make and link a mesh; Workbench shows it in `color` (linear RGB)."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(vertices.tolist(), [], faces.tolist())
    if smooth:
        mesh.shade_smooth()
    made: Any = bpy.data.objects.new(name, mesh)
    made.color = (*color, alpha)
    made.display.show_shadows = alpha == 1
    bpy.context.scene.collection.objects.link(made)
    return made


def draw_floor(points: Array) -> None:
    """A floor under `points` (N, 3) with a line each metre."""
    low = np.floor(points[:, :2].min(0)) - 2
    high = np.ceil(points[:, :2].max(0)) + 2
    mesh_object("floor", *_strip([low[0], low[1]], [high[0], high[1]], -0.002), _FLOOR)
    lines = [((x - 0.006, low[1]), (x + 0.006, high[1])) for x in np.arange(low[0], high[0] + 1)]
    lines += [((low[0], y - 0.006), (high[0], y + 0.006)) for y in np.arange(low[1], high[1] + 1)]
    corners, quads = zip(*(_strip(a, b, 0.0) for a, b in lines), strict=True)
    faces = np.concatenate([quad + 4 * k for k, quad in enumerate(quads)])
    mesh_object("grid", np.concatenate(corners), faces, _LINES)


def draw_trail(name: str, path: Array, color: Rgb, width_m: float = 0.025) -> None:
    """A ribbon on the floor along (T, 2 or 3) m, where the path moves at all."""
    steps = np.linalg.norm(np.diff(path[:, :2], axis=0), axis=-1)
    way = np.concatenate([[0.0], np.cumsum(steps)])
    kept = np.unique(np.searchsorted(way, np.arange(0, way[-1], 0.03)))
    if len(kept) < 3:
        return
    points = path[kept, :2]
    along = normalize(np.gradient(points, axis=0))
    side = np.stack([-along[:, 1], along[:, 0]], -1) * width_m / 2
    flat = np.concatenate([points - side, points + side])
    n = len(points)
    k = np.arange(n - 1)
    vertices = np.column_stack([flat, np.full(2 * n, 0.004)])
    faces = np.stack([k, k + 1, k + 1 + n, k + n], -1)
    mesh_object(name, vertices, faces, color, smooth=False)


def draw_label(text: str, at: Array, color: Rgb, facing: Any) -> None:
    """A line of text that stands at `at` and faces the camera."""
    curve = bpy.data.curves.new(f"label {text}", "FONT")
    assert isinstance(curve, bpy.types.TextCurve)
    curve.body, curve.size = text, 0.14
    curve.align_x, curve.align_y = "CENTER", "CENTER"
    made: Any = bpy.data.objects.new(curve.name, curve)
    made.location, made.rotation_euler, made.color = at.tolist(), facing, (*color, 1.0)
    made.display.show_shadows = False
    bpy.context.scene.collection.objects.link(made)


def place_camera(points: Array, front: Array, width: int, height: int) -> Any:
    """Look at (N, 3) `points` from the side `front` (2,) of them, slightly from above.

    Returns:
        The camera's rotation_euler, for what shall face it.
    """
    scene = bpy.context.scene
    scene.render.resolution_x, scene.render.resolution_y = width, height
    data = bpy.data.cameras.new("camera")
    data.angle, data.sensor_fit = _FOV, "HORIZONTAL"
    camera = bpy.data.objects.new("camera", data)
    scene.collection.objects.link(camera)
    scene.camera = camera
    back = np.array([*normalize(front) * math.cos(_PITCH), math.sin(_PITCH)])
    right = normalize(np.cross([0, 0, 1], back))
    axes = np.stack([right, np.cross(back, right), back])
    seen = points @ axes.T
    tangent = math.tan(_FOV / 2) / _MARGIN
    tangents = np.array([tangent, tangent * height / width])
    # of every point the eye must be this far back of it, and between the outermost ones
    reach = seen[:, :2] / tangents
    high, low = (reach + seen[:, 2:]).max(0), (reach - seen[:, 2:]).min(0)
    eye = np.array([*((high + low) / 2 * tangents), ((high - low) / 2).max()])
    camera.location = (eye @ axes).tolist()
    camera.rotation_euler = Matrix(axes.T.tolist()).to_euler()
    return camera.rotation_euler


def light() -> None:
    """Workbench: soft studio light, shadows on the floor, edges drawn by cavity.

    Without a graphics card each sample of `render_aa` costs about two seconds.
    """
    scene = bpy.context.scene
    scene.render.engine = "BLENDER_WORKBENCH"
    scene.view_settings.view_transform = "Standard"
    scene.world = bpy.data.worlds.new("world")
    scene.world.color = _BACKGROUND
    scene.display.render_aa = "5"
    scene.display.light_direction = (0.35, 0.55, 0.75)
    scene.display.shadow_shift, scene.display.shadow_focus = 0.35, 0.6
    shading = scene.display.shading
    shading.light, shading.color_type = "STUDIO", "OBJECT"
    shading.show_shadows, shading.shadow_intensity = True, 0.45
    shading.show_cavity, shading.cavity_type = True, "BOTH"
    shading.show_specular_highlight = True
    shading.show_object_outline = False


def _strip(a: Any, b: Any, z: float) -> tuple[Array, Array]:
    corners = [[a[0], a[1], z], [b[0], a[1], z], [b[0], b[1], z], [a[0], b[1], z]]
    return np.array(corners, float), np.array([[0, 1, 2, 3]])
