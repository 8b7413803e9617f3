"""Keypoints in NumPy's archives: ours, and those that VideoPose3D prepares.

VideoPose3D keeps dictionaries in them, which NumPy writes as pickles. Those are read without
running what is in them.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from livemocap.rotation import Array

from .keypoint_files import ImageKeypoints, KeypointFile, KeypointFileError, image_keypoints
from .keypoint_layouts import LAYOUTS, coco_from

_OURS, _SEEDS = "keypoints_px", "positions_2d"


def read_npz(path: Path) -> KeypointFile:
    """`keypoints_px` (T, P, 17, 3) with `ids` (P,) as `livemocap lift` writes them, or
    `positions_2d` of VideoPose3D with one clip of COCO's or Human3.6M's 17 points in it.

    Raises:
        KeypointFileError: what is wrong and what was expected.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
            if _OURS in names:
                return _ours(path, archive, names)
            if _SEEDS in names:
                return _prepared(path, archive, names)
    except (OSError, zipfile.BadZipFile, ValueError, EOFError) as error:
        raise KeypointFileError(f"{path}: no .npz, or a damaged one ({error})") from None
    raise KeypointFileError(
        f"{path}: holds {', '.join(sorted(names)[:5]) or 'nothing'}; expected {_OURS} "
        f"(T, P, 17, 3), or VideoPose3D's {_SEEDS}"
    )


def _ours(path: Path, archive: zipfile.ZipFile, names: set[str]) -> KeypointFile:
    points = _array(path, archive, _OURS)
    points = points[:, None] if points.ndim == 3 else points
    if points.ndim != 4 or points.shape[2:] != (17, 3) or points.dtype.kind != "f":
        raise KeypointFileError(
            f"{path}: {_OURS} has shape {points.shape}, expected (T, P, 17, 3): x, y and "
            "confidence of COCO's points"
        )
    ids = _array(path, archive, "ids") if "ids" in names else np.arange(points.shape[1])
    if ids.shape != points.shape[1:2]:
        raise KeypointFileError(f"{path}: {len(ids)} ids of {points.shape[1]} people")
    size = _array(path, archive, "size_px").tolist() if "size_px" in names else None
    return KeypointFile(
        path=path,
        kind="livemocap",
        images=_numbered(coco_from(points, "coco"), ids),
        size_px=(int(size[0]), int(size[1])) if size else None,
    )


def _prepared(path: Path, archive: zipfile.ZipFile, names: set[str]) -> KeypointFile:
    clip = _only_clip(path, _content(path, archive, _SEEDS))
    about = _content(path, archive, "metadata") if "metadata" in names else {}
    about = about if isinstance(about, dict) else {}
    layout = str(about.get("layout_name", "coco"))
    if layout not in ("coco", "h36m"):
        raise KeypointFileError(f"{path}: layout '{layout}', expected coco or h36m")
    if clip.ndim != 3 or clip.shape[1] != len(LAYOUTS[layout]) or clip.shape[2] not in (2, 3):
        raise KeypointFileError(
            f"{path}: a clip of shape {clip.shape}, expected (T, 17, 2), or 3 with confidences"
        )
    if clip.shape[2] == 2:
        clip = np.concatenate([clip, np.ones((*clip.shape[:2], 1))], 2)
    points = coco_from(clip, layout)[:, None]
    return KeypointFile(
        path=path,
        kind=f"VideoPose3D, {layout}",
        images=_numbered(points, np.zeros(1, np.int64)),
        size_px=_size(about),
    )


def _only_clip(path: Path, content: Any) -> Array:
    """{subject: {action: [camera's (T, 17, 2)]}} with one of each."""
    clips = []
    for subject, actions in content.items() if isinstance(content, dict) else ():
        for action, cameras in actions.items() if isinstance(actions, dict) else ():
            cameras = (
                [cameras] if isinstance(cameras, np.ndarray) and cameras.ndim == 3 else cameras
            )
            clips += [(f"{subject}/{action}", np.asarray(clip)) for clip in cameras]
    if len(clips) != 1 or clips[0][1].dtype.kind not in "fiu":
        found = ", ".join(name for name, _ in clips[:4]) or "none"
        raise KeypointFileError(
            f"{path}: holds {len(clips)} clips ({found}), expected the one of this video: "
            "{video: {'custom': [(T, 17, 2)]}}, as VideoPose3D's prepare_data_2d_custom.py makes it"
        )
    return clips[0][1]


def _size(about: dict[Any, Any]) -> tuple[int, int] | None:
    """Of the one video that the metadata tells of."""
    videos = about.get("video_metadata")
    sizes = (
        [v for v in videos.values() if "w" in v and "h" in v] if isinstance(videos, dict) else []
    )
    return (int(sizes[0]["w"]), int(sizes[0]["h"])) if len(sizes) == 1 else None


def _numbered(points: Array, ids: Array) -> dict[int, ImageKeypoints]:
    """(T, P, 17, 3) to images."""
    rows = enumerate(points)
    return {t: image_keypoints(zip(people, ids.tolist(), strict=True)) for t, people in rows}


def _array(path: Path, archive: zipfile.ZipFile, name: str) -> Array:
    with archive.open(f"{name}.npy") as file:
        try:
            return np.lib.format.read_array(file, allow_pickle=False)
        except ValueError as error:
            raise KeypointFileError(f"{path}: {name} is no plain array ({error})") from None


def _content(path: Path, archive: zipfile.ZipFile, name: str) -> Any:
    """What a pickled member holds, if it is plain data."""
    from ..plain_pickle import PlainPickleError, loads

    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0
        shape, _, dtype = (read if version == (1, 0) else np.lib.format.read_array_header_2_0)(file)
        if not dtype.hasobject or shape not in ((), (1,)):
            raise KeypointFileError(f"{path}: {name} is no dictionary, as VideoPose3D's is")
        try:
            return np.ravel(loads(file.read(), f"{path}: {name}"))[0]
        except PlainPickleError as error:
            raise KeypointFileError(str(error)) from None
