"""In a Blender with a window: run what the test sends, as `blender --python in_blender.py -- PORT`.

One line of JSON a request, {"code": ...}, and one an answer, {"value": ...} or {"error": ...}.
Requests run on Blender's main thread, in its first 3D view.
"""

from __future__ import annotations

import ast
import json
import select
import socket
import sys
import traceback
from typing import Any

import bpy

_LOOK_S = 0.01

_known: dict[str, Any] = {"bpy": bpy, "sys": sys}
"""What requests find, with all that earlier ones have defined."""


def view() -> dict[str, Any]:
    """The first window with its 3D view and that one's sidebar."""
    window = bpy.context.window_manager.windows[0]
    area = next(area for area in window.screen.areas if area.type == "VIEW_3D")
    region = next(region for region in area.regions if region.type == "UI")
    return {"window": window, "area": area, "region": region}


def answer(code: str) -> dict[str, Any]:
    """The value of the last statement, if that is an expression."""
    try:
        tree = ast.parse(code)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with bpy.context.temp_override(**view()):
            exec(compile(tree, "<asked>", "exec"), _known)
            if last is None:
                return {"value": None}
            return {"value": eval(compile(ast.Expression(last.value), "<asked>", "eval"), _known)}
    except BaseException:
        return {"error": traceback.format_exc()}


def listen(port: int) -> None:
    """Answer requests whenever Blender is idle."""
    connection = socket.create_connection(("127.0.0.1", port))
    stream = connection.makefile("rw")

    def look() -> float | None:
        if select.select([connection], [], [], 0)[0]:
            line = stream.readline()
            if not line:
                return None
            stream.write(json.dumps(answer(json.loads(line)["code"]), default=repr) + "\n")
            stream.flush()
        return _LOOK_S

    bpy.app.timers.register(look, persistent=True)


bpy.context.preferences.view.show_splash = False
_known["view"] = view
listen(int(sys.argv[-1]))
