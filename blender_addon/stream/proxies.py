# SPDX-License-Identifier: GPL-3.0-or-later
"""The armatures that stand for tracked people, found anew in the scene whenever they are needed.

Undo and file loading replace every object, so nothing here keeps one: a proxy is recognised by
the track id that it carries as a custom property, and renaming it does no harm.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, cast

import bpy
import numpy as np

from livemocap.palette import track_rgb
from livemocap.rotation import Array
from livemocap.skeleton import SMPLX

from ..armatures.armature import create_armature, pose_bones, selected_alone

COLLECTION = "LiveMocap"

_TRACK, _REST = "livemocap_track", "livemocap_rest"
"""Custom properties: track id (text, as ids may exceed 32 bits) and fingerprint of the rest."""


def color_of(track_id: int) -> tuple[float, float, float]:
    """The track's colour, sRGB 0..1, the same as in livemocap's pictures."""
    r, g, b = track_rgb(track_id)
    return r / 255, g / 255, b / 255


def fingerprint(rest_joints: Array) -> str:
    """Equal for equal rest joints."""
    return blake2b(np.asarray(rest_joints, np.float32).tobytes(), digest_size=8).hexdigest()


def find_proxies() -> dict[int, bpy.types.Object]:
    """The proxies in this file by track id. Hold them no longer than the current call.

    Of two with one id the older is it: the other is a copy that the user made.
    """
    collection = bpy.data.collections.get((COLLECTION, None))
    found: dict[int, bpy.types.Object] = {}
    for candidate in collection.objects if collection else ():
        if candidate.type == "ARMATURE" and _TRACK in candidate:
            found.setdefault(int(candidate[_TRACK]), candidate)
    return found


def is_proxy(thing: bpy.types.Object) -> bool:
    """Whether an object stands for a person, or is a copy of one that does."""
    return _TRACK in thing


def copy_of(proxy: bpy.types.Object) -> bpy.types.Object:
    """An armature of the user's own, posed as the proxy is now; no stream moves it."""
    copied: Any = proxy.copy()
    copied.data = _armature(proxy).copy()
    copied.name = _armature(copied).name = f"{proxy.name} copy"
    for key in (_TRACK, _REST):
        del copied[key]
    copied.hide_viewport = False
    bpy.context.scene.collection.objects.link(copied)
    return copied


def adopt_proxy(track_id: int) -> bpy.types.Object | None:
    """A proxy that the user took out of our collection; from now on it is in there again."""
    for candidate in bpy.data.objects:
        if candidate.get(_TRACK) == str(track_id) and candidate.library is None:
            proxy_collection().objects.link(candidate)
            return candidate
    return None


def fits(proxy: bpy.types.Object, rest: str) -> bool:
    """Whether the proxy still has the bones that rest joints with this fingerprint ask for."""
    bones = pose_bones(proxy)
    return proxy.get(_REST) == rest and len(bones) == len(SMPLX.names) and bones[0].name == "pelvis"


def can_build() -> bool:
    """Whether armatures can be made now, without throwing the user out of an edit or a paint."""
    return bpy.context.mode in ("OBJECT", "POSE")


def create_proxy(track_id: int, rest_joints: Array) -> bpy.types.Object:
    """A new proxy in the LiveMocap collection, in its track's colour. Needs `can_build`."""
    proxy = create_person(f"Person {track_id}", track_id, rest_joints, COLLECTION)
    proxy[_TRACK], proxy[_REST] = str(track_id), fingerprint(rest_joints)
    return proxy


def create_person(
    name: str, track_id: int, rest_joints: Array, collection: str
) -> bpy.types.Object:
    """A new armature in the track's colour that no stream moves. Needs `can_build`.

    Args:
        collection: by name, made if there is none.
    """
    with _object_mode():
        person = create_armature(name, rest_joints)
    scene_collection = bpy.context.scene.collection
    proxy_collection(collection).objects.link(person)
    scene_collection.objects.unlink(person)
    person.show_in_front = True
    linear = (channel**2.2 for channel in color_of(track_id))
    person.color = (*linear, 1.0)  # pyright: ignore[reportAttributeAccessIssue]
    _color_bones(person, track_id)
    return person


def reshape_proxy(proxy: bpy.types.Object, rest_joints: Array) -> None:
    """Give a proxy other bones; the object stays, and all that refers to it. Needs `can_build`."""
    worn = _armature(proxy)
    name = worn.name
    with _object_mode():
        donor = create_armature(name, rest_joints)
        proxy.data = donor.data
        bpy.data.objects.remove(donor)
        _remove_unless_worn(worn)
    _armature(proxy).name = name
    for bone in pose_bones(proxy):
        bone.rotation_mode = "QUATERNION"
    proxy[_REST] = fingerprint(rest_joints)
    _color_bones(proxy, int(proxy[_TRACK]))


def remove_proxy(proxy: bpy.types.Object) -> None:
    armature = _armature(proxy)
    bpy.data.objects.remove(proxy)
    _remove_unless_worn(armature)


def clear_proxies() -> int:
    """Remove all proxies and their collection, unless the user put something else in it."""
    found = find_proxies()
    for proxy in found.values():
        remove_proxy(proxy)
    collection = bpy.data.collections.get((COLLECTION, None))
    if collection is not None and not collection.objects and not collection.children:
        bpy.data.collections.remove(collection)
    return len(found)


def proxy_collection(name: str = COLLECTION) -> bpy.types.Collection:
    """A collection of ours, linked to the scene at hand."""
    collection = bpy.data.collections.get((name, None))
    collection = collection or bpy.data.collections.new(name)
    top = bpy.context.scene.collection
    if collection.name not in {child.name for child in top.children_recursive}:
        top.children.link(collection)
    return collection


def _armature(proxy: bpy.types.Object) -> bpy.types.Armature:
    return cast(bpy.types.Armature, proxy.data)


def _remove_unless_worn(armature: bpy.types.Armature) -> None:
    """Blender takes along all objects that share it, as copies that the user made may do."""
    if not armature.users:
        bpy.data.armatures.remove(armature)


def _color_bones(person: bpy.types.Object, track_id: int) -> None:
    """Bones in their track's colour. Blender draws it in pose mode only."""
    rgb = color_of(track_id)
    for bone in cast(Any, _armature(person).bones):
        bone.color.palette = "CUSTOM"
        bone.color.custom.normal = rgb
        bone.color.custom.select = bone.color.custom.active = (1.0, 1.0, 1.0)


@contextlib.contextmanager
def _object_mode() -> Iterator[None]:
    """Leave pose mode for a moment; armatures are made in object mode only."""
    layer = bpy.context.view_layer
    active = layer.objects.active
    if active is None or active.mode == "OBJECT":
        yield
        return
    name, posed = active.name, [each for each in layer.objects if each.mode == "POSE"]
    bpy.ops.object.mode_set(mode="OBJECT")
    try:
        yield
    finally:
        layer.objects.active = bpy.data.objects.get(name)
        with selected_alone(posed):
            bpy.ops.object.mode_set(mode="POSE")
