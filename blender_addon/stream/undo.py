# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins come and go without undo steps, which Blender's undo does not expect.

It keeps a collection as it is that both steps have alike, and then follows it to a stand-in that is
in neither of them and was freed. So stand-ins are in no collection of ours while it works.
"""

from __future__ import annotations

from typing import Any

import bpy
from bpy.app.handlers import persistent

from .proxies import COLLECTION, is_proxy, proxy_collection

_aside: set[int] = set()
"""`session_uid`s."""


def register() -> None:
    for before, after in _handlers():
        before.append(set_aside)
        after.append(put_back)


def unregister() -> None:
    for before, after in _handlers():
        before.remove(set_aside)
        after.remove(put_back)
    _aside.clear()


@persistent
def set_aside(*_: object) -> None:
    """Blender is about to undo. What a user has selected or hidden has a step, and may stay."""
    collection: Any = bpy.data.collections.get((COLLECTION, None))
    for each in list(collection.objects) if collection else ():
        if is_proxy(each) and not each.select_get() and not each.hide_get():
            _aside.add(each.session_uid)
            collection.objects.unlink(each)
    _list_anew()


@persistent
def put_back(*_: object) -> None:
    """Those that are still there."""
    for each in bpy.data.objects:
        if each.session_uid in _aside and not each.users_collection:
            proxy_collection().objects.link(each)
    _aside.clear()


def _list_anew() -> None:
    """Let every view layer list its objects now: 4.2 does so in the middle of undo if need be, and
    crashes over those that are freed by then."""
    for scene in bpy.data.scenes:
        for layer in scene.view_layers:
            _ = layer.objects.active


def _handlers() -> tuple[tuple[list, list], ...]:
    handlers = bpy.app.handlers
    return (handlers.undo_pre, handlers.undo_post), (handlers.redo_pre, handlers.redo_post)
