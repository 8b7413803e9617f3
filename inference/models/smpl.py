"""SMPL's bodies and the pose prior of SMPLify, from their pickles; kept as plain arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, cast

import numpy as np

from livemocap.rotation import Array

from ..errors import WeightsError
from .content import NPZ, PICKLE, Content
from .room import require_room

_VERTICES, _JOINTS, _FACES, _BETAS = 6890, 24, 13776, 10

_BODY: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "v_template": (_VERTICES, 3),
        "shapedirs": (_VERTICES, 3, _BETAS),
        "posedirs": (_VERTICES, 3, 9 * (_JOINTS - 1)),
        "J_regressor": (_JOINTS, _VERTICES),
        "weights": (_VERTICES, _JOINTS),
        "kintree_table": (2, _JOINTS),
        "f": (_FACES, 3),
    }
)
_PRIOR: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"means": (8, 69), "covars": (8, 69, 69), "weights": (8,)}
)
_DTYPES = MappingProxyType({"SMPL": np.float32, "SMPLify's prior": np.float64})
"""The prior's factors come from small differences."""

_MORE_BETAS = 300
"""Newer files have directions for so many; the first ones are those of the older files."""

_WORDS = MappingProxyType(
    {"female": ("female", "_f_", "-f-"), "male": ("male", "_m_", "-m-"), "neutral": ("",)}
)
"""In the names of the bodies' files, the first that fits."""


def is_body(gender: str) -> Callable[[Content], bool]:
    """Whether a file is an SMPL body and its name says that it is a man's, a woman's, neither."""

    def recognises(content: Content) -> bool:
        named = next(g for g, words in _WORDS.items() if _has_any(content.path.name, words))
        body = content.kind == PICKLE and {"v_template", "shapedirs"} <= content.names
        return body and named == gender

    return recognises


def is_prior(content: Content) -> bool:
    return content.kind == PICKLE and content.names == set(_PRIOR)


def write_body(content: Content, target: Path) -> tuple[str, ...]:
    """
    Raises:
        WeightsError: it is no SMPL body, or holds numbers that make no sense.
        StoreError: no room for it.
    """
    arrays = _arrays(content, "an SMPL body (basicModel_neutral_lbs_10_207_0_v1.0.0.pkl)")
    found = arrays.get("shapedirs", np.zeros(0)).shape
    if found[:2] == (_VERTICES, 3) and _BETAS < found[-1] <= _MORE_BETAS:
        arrays["shapedirs"] = arrays["shapedirs"][..., :_BETAS]
    _write(content.path, arrays, _BODY, "SMPL", target)
    return ()


def write_prior(content: Content, target: Path) -> tuple[str, ...]:
    """
    Raises:
        WeightsError: it is no such prior, or holds numbers that make no sense.
        StoreError: no room for it.
    """
    _write(content.path, _arrays(content, "gmm_08.pkl"), _PRIOR, "SMPLify's prior", target)
    return ()


def _arrays(content: Content, expected: str) -> dict[str, Array]:
    if content.kind == PICKLE:
        return dict(content.arrays)
    if content.kind == NPZ:
        with np.load(content.path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files if name in (_BODY.keys() | _PRIOR)}
    raise WeightsError(f"{content.path}: holds tensors, expected {expected}.")


def _write(
    path: Path, arrays: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]], title: str,
    target: Path,
) -> None:  # fmt: skip
    for name, wanted in shapes.items():
        if name not in arrays:
            raise WeightsError(f"{path}: there is no {name}, which {title} has.")
        _require(path, name, arrays[name], wanted, title)
    kept = {name: _compact(arrays[name], _DTYPES[title]) for name in sorted(shapes)}
    require_room(target.parent, sum(array.nbytes for array in kept.values()))
    with target.open("wb") as file:
        np.savez(cast(IO[bytes], file), **kept)  # pyright: ignore[reportArgumentType]


def _require(path: Path, name: str, array: Array, wanted: tuple[int, ...], title: str) -> None:
    if array.shape != wanted:
        hint = " It is transposed." if array.shape == wanted[::-1] else ""
        hint = " That is SMPL-X's size." if array.shape[:1] == (10475,) else hint
        hint = " That is SMPL-H's size." if array.shape == (_VERTICES, 52) else hint
        raise WeightsError(
            f"{path}: {name} has shape {array.shape}, expected {wanted} as in {title}.{hint}"
        )
    if array.dtype.kind not in "fiu" or not np.isfinite(array).all():
        raise WeightsError(
            f"{path}: {name} holds values that are not finite numbers. Download it again."
        )


def _compact(array: Array, dtype: type[np.floating]) -> Array:
    """The same file in gives the same file out."""
    return np.ascontiguousarray(array, np.int64 if array.dtype.kind in "iu" else dtype)


def _has_any(name: str, words: tuple[str, ...]) -> bool:
    return any(word in name.lower() for word in words)
