"""Characters out of files: BVH by ourselves, everything else by a Blender in its own process."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from ..bvh import read_bvh
from ..errors import RetargetError
from ..headless import run_headless
from .armature import Armature
from .armature_file import load_armatures
from .bvh_rig import armature_of_clip
from .gltf import read_gltf
from .skeleton import RigSkeleton
from .vrm import humanoid_bones

GLTF_KINDS = (".glb", ".gltf", ".vrm")
KINDS = (".fbx", *GLTF_KINDS, ".bvh", ".blend")
_PATIENCE_S = 600


def read_rig(path: Path) -> list[RigSkeleton]:
    """The skeletons of a file at rest; see `read_armatures`."""
    return [armature.skeleton for armature in read_armatures(path)]


def read_armatures(path: Path) -> list[Armature]:
    """All characters of a .fbx, .glb, .gltf, .vrm, .bvh or .blend, at least one.

    Raises:
        RetargetError: the file is missing, damaged, of another kind or without bones, or Blender
            is needed and missing.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise RetargetError(f"{path}: no kind of file we read rigs from ({', '.join(KINDS)})")
    if not path.is_file():
        raise RetargetError(f"{path}: {'is a folder' if path.is_dir() else 'no such file'}")
    if kind == ".bvh":
        return [armature_of_clip(read_bvh(path), path.stem)]
    if kind in GLTF_KINDS:
        return _read_gltf(path)
    return _ask_blender(path)


def _read_gltf(path: Path) -> list[Armature]:
    said = read_gltf(path)
    if not said.get("skins"):
        raise RetargetError(
            f"{path}: there is no skin in this file, only {len(said.get('nodes', []))} bare nodes, "
            "and Blender makes bones of nodes that a skin follows: export the character with its "
            "mesh bound to its bones"
        )
    try:
        stated = humanoid_bones(said)
    except RetargetError as error:
        raise RetargetError(f"{path}: {error}") from None
    return [_with_humanoid(armature, stated) for armature in _ask_blender(path)]


def _with_humanoid(armature: Armature, stated: dict[str, str]) -> Armature:
    bones = armature.skeleton.rows
    return replace(
        armature, humanoid={joint: bone for joint, bone in stated.items() if bone in bones}
    )


def _ask_blender(path: Path) -> list[Armature]:
    """What `python -m blender_addon.headless.inspect_rig` finds."""
    with tempfile.TemporaryDirectory(prefix="livemocap-rig-") as folder:
        answer = Path(folder) / "armatures.npz"
        module = "blender_addon.headless.inspect_rig"
        try:
            run_headless(module, str(path), str(answer), timeout_s=_PATIENCE_S)
        except RetargetError as error:
            raise RetargetError(f"{path}: {error}") from None
        return load_armatures(answer)
