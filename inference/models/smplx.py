"""SMPL-X's neutral body: from its own .npz, or from the copy inside AiOS's checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from livemocap.rotation import Array

from ..body_file import BodyFile, BodyModelError
from ..body_model import BodyModel
from .content import NPZ, Content
from .room import require_room

_VERTICES, _FACES, _JOINTS = 10475, 20908, 55

_SHAPES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "v_template": (_VERTICES, 3),
        "weights": (_VERTICES, _JOINTS),
        "posedirs": (_VERTICES, 3, 9 * (_JOINTS - 1)),
        "kintree_table": (2, _JOINTS),
        "f": (_FACES, 3),
        "hands_meanl": (45,),
        "hands_meanr": (45,),
        "lmk_faces_idx": (51,),
        "lmk_bary_coords": (51, 3),
        "dynamic_lmk_faces_idx": (79, 17),
        "dynamic_lmk_bary_coords": (79, 17, 3),
    }
)
"""The arrays that are kept, beside shapedirs and J_regressor, whose form varies."""

_SPARSE = ("J_regressor_data", "J_regressor_indices", "J_regressor_indptr")
_BELOW = MappingProxyType(
    {"f": _VERTICES, "lmk_faces_idx": _FACES, "dynamic_lmk_faces_idx": _FACES}
)
"""Arrays of numbers of vertices or faces, and how many there are."""

_IN_CHECKPOINT = MappingProxyType(
    {
        "v_template": "v_template",
        "weights": "lbs_weights",
        "J_regressor": "J_regressor",
        "f": "faces_tensor",
        "hands_meanl": "left_hand_mean",
        "hands_meanr": "right_hand_mean",
        "lmk_faces_idx": "lmk_faces_idx",
        "lmk_bary_coords": "lmk_bary_coords",
        "dynamic_lmk_faces_idx": "dynamic_lmk_faces_idx",
        "dynamic_lmk_bary_coords": "dynamic_lmk_bary_coords",
    }
)
"""What AiOS calls them below `body_model.`, where that is all the difference."""

_REARRANGED = ("shapedirs", "expr_dirs", "posedirs", "parents")


def recognises(content: Content) -> bool:
    """Whether it is a body as .npz; a checkpoint that carries one is first of all a checkpoint."""
    return content.kind == NPZ and {"v_template", "shapedirs"} <= content.names


def is_carried_by(content: Content) -> bool:
    """Whether a checkpoint has every array of the body."""
    wanted = (*_IN_CHECKPOINT.values(), *_REARRANGED)
    names = {name.removeprefix("module.") for name in content.names}
    return content.kind != NPZ and all(f"body_model.{name}" in names for name in wanted)


def require_body(content: Content) -> None:
    """
    Raises:
        BodyModelError: a checkpoint carries no body.
    """
    if not is_carried_by(content):
        raise BodyModelError(
            f"{content.path}: carries no SMPL-X body (no body_model.v_template and so on). "
            "`livemocap models` says where to get the body itself."
        )


def write(content: Content, target: Path) -> tuple[str, ...]:
    """The arrays that are needed, in the layout of SMPL-X's .npz, plain numbers only.

    Raises:
        BodyModelError: it is not the SMPL-X body, or holds numbers that make no sense.
        StoreError: no room for it.
    """
    if content.kind == NPZ:
        arrays = _from_npz(content.path)
    else:
        require_body(content)
        arrays = _from_checkpoint(content)
    _require_sense(arrays, content.path)
    require_room(target.parent, sum(array.nbytes for array in arrays.values()))
    with target.open("wb") as file:
        np.savez(file, **dict(sorted(arrays.items())))  # pyright: ignore[reportArgumentType]
    _require_readable(target, content.path)
    return _notes(content.path.name, arrays)


def _from_npz(path: Path) -> dict[str, Array]:
    file = BodyFile(path)
    for name, wanted in _SHAPES.items():
        found = file.header(name)[0]
        if found != wanted:
            raise BodyModelError(
                f"{path}: {name} has shape {found}, expected {wanted} as in SMPL-X. "
                "SMPL, SMPL-H and other bodies will not do."
            )
    regressor = ("J_regressor",) if "J_regressor" in file else _SPARSE
    return {name: _compact(file.read(name)) for name in (*_SHAPES, "shapedirs", *regressor)}


def _from_checkpoint(content: Content) -> dict[str, Array]:
    inside = _carried(content)
    arrays = {name: inside[theirs] for name, theirs in _IN_CHECKPOINT.items()}
    parents = inside["parents"] % (1 << 32)  # the root's -1, as in the .npz
    arrays |= {
        "shapedirs": np.concatenate([inside["shapedirs"], inside["expr_dirs"]], -1),
        "posedirs": inside["posedirs"].T.reshape(-1, 3, inside["posedirs"].shape[0]),
        "kintree_table": np.stack([parents, np.arange(len(parents))]),
    }
    return {name: _compact(array) for name, array in arrays.items()}


def _carried(content: Content) -> dict[str, Array]:
    """The body's arrays as AiOS calls and arranges them."""
    import torch

    from ..aios.manifest import manifest

    carried = {key.removeprefix("module."): value for key, value in content.tensors.items()}
    arrays = {}
    for name in (*_IN_CHECKPOINT.values(), *_REARRANGED):
        tensor, shape = carried[f"body_model.{name}"], manifest().shapes[f"body_model.{name}"]
        if tuple(tensor.shape) != shape or tensor.layout != torch.strided or tensor.is_meta:
            raise BodyModelError(
                f"{content.path}: body_model.{name} has shape {tuple(tensor.shape)}, expected "
                f"{shape} as plain numbers. Get the body itself: `livemocap models` says where."
            )
        arrays[name] = (tensor.float() if tensor.is_floating_point() else tensor.long()).numpy()
    return arrays


def _compact(array: Array) -> Array:
    """Float32 is what everybody computes with; the same body gives the same file."""
    kinds = {"f": np.float32, "i": np.int64, "u": np.int64}
    return np.ascontiguousarray(array, kinds.get(array.dtype.kind, array.dtype))


def _require_sense(arrays: Mapping[str, Array], path: Path) -> None:
    for name, array in arrays.items():
        if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
            raise BodyModelError(
                f"{path}: {name} holds values that are not finite numbers. Download it again."
            )
    for name, count in _BELOW.items():
        if arrays[name].min() < 0 or arrays[name].max() >= count:
            raise BodyModelError(
                f"{path}: {name} points at things that are not there, expected 0 to {count - 1}. "
                "Download it again."
            )


def _require_readable(target: Path, source: Path) -> None:
    """Our own reader has the last word, and it speaks of the file that people know."""
    try:
        BodyModel.load(target)
    except BodyModelError as error:
        raise BodyModelError(str(error).replace(str(target), str(source))) from None


def _notes(name: str, arrays: Mapping[str, Array]) -> tuple[str, ...]:
    notes = []
    if "MALE" in name.upper():
        notes.append(f"{name} sounds like a man's or a woman's body; AiOS expects the neutral one")
    if not arrays["hands_meanl"].any():
        notes.append("its mean hands are flat, so hands come out flatter than AiOS means them")
    return tuple(notes)
