"""Inside a Blender process: the zip installed as users install it, under our modules' usual names.

Run with BLENDER_USER_RESOURCES at an empty folder. What tests do in Blender imports
`blender_addon`, `livemocap` and `retarget`; here these are the modules that came in the zip.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import bpy

PACKAGE = "bl_ext.user_default.livemocap"
_INSIDE = {
    "blender_addon": PACKAGE,
    "livemocap": f"{PACKAGE}._vendor.livemocap",
    "retarget": f"{PACKAGE}._vendor.retarget",
}


class _Installed:
    """Finds a module under another name; one that is not in the zip is found elsewhere."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        root, dot, rest = name.partition(".")
        if root not in _INSIDE:
            return None
        try:
            module = importlib.import_module(_INSIDE[root] + dot + rest)
        except ModuleNotFoundError:
            return None
        return importlib.util.spec_from_loader(name, _Found(module))


class _Found:
    """Gives out a module that is there already."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec


def install(archive: str) -> None:
    """Install and enable the add-on, and be found by its usual names from now on."""
    bpy.ops.extensions.package_install_files(
        filepath=archive, repo="user_default", enable_on_install=True
    )
    assert PACKAGE in bpy.context.preferences.addons
    sys.meta_path.insert(0, _Installed())  # type: ignore[arg-type]


install(sys.argv.pop(1))
