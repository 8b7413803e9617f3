"""VideoPose3D and P-STMO from the store of models, or from a checkpoint as its authors gave it."""

from __future__ import annotations

from pathlib import Path

from safetensors import safe_open

from ..errors import WeightsError
from ..file_kind import file_head, is_safetensors
from ..weights_file import read_state_dict
from .checkpoint import pstmo_net, temporal_net
from .net import Net
from .torch_nets import CausalTemporalPoses, Points, TemporalPoses, WindowPoses

_H36M_WORDS = ("cpn-ft", "h36m_cpn", "h36m_gt")
"""In the names of files whose nets learnt from Human3.6M's own points."""


def seed_net(name: str, weights: Path | None = None) -> Net:
    """`vp3d`, `vp3d-causal` or `pstmo`.

    Raises:
        WeightsError: it is not installed, or the file is another one's.
    """
    if weights is not None:
        _require_fitting(name, weights)
    path = weights or _installed(name)
    tensors, points = read_state_dict(path), _points(path)
    try:
        if name == "pstmo":
            return WindowPoses(name, pstmo_net(tensors), points)
        net = temporal_net(tensors, causal=name == "vp3d-causal")
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from None
    return (CausalTemporalPoses if net.causal else TemporalPoses)(name, net, points)


def _require_fitting(name: str, weights: Path) -> None:
    """Raises WeightsError for a causal net's file where a symmetric one's is wanted: their tensors
    are alike, and what it would say is worthless."""
    words = weights.name.lower().replace("non-causal", "").replace("noncausal", "")
    if name == "vp3d" and "causal" in words:
        raise WeightsError(
            f"{weights}: a net that looks at no future frame, by its name: take the lifter "
            "vp3d-causal. If it is none, call the file something else."
        )


def _points(path: Path) -> Points:
    """Tensors do not tell which points a net learnt from; the published files' names do.

    Raises:
        WeightsError: points that we do not make.
    """
    source = path.name.lower()
    if is_safetensors(file_head(path)):
        with safe_open(path, "pt") as file:
            source = (file.metadata() or {}).get("source", source).lower()
    if "3dhp" in source:
        raise WeightsError(
            f"{path}: learnt from MPI-INF-3DHP's points (its name says 3dhp), expected COCO's or "
            "Human3.6M's."
        )
    return "h36m" if any(word in source for word in _H36M_WORDS) else "coco"


def _installed(name: str) -> Path:
    from ..models.catalogue import model_named
    from ..models.store import installed

    path = installed(name)
    if path is None:
        model = model_named(name)
        raise WeightsError(
            f"the weights of {name} are not installed. Download {model.fetch}, then "
            f"`livemocap models install {model.source}`. Their licence: {model.licence}."
        )
    return path
