"""VideoPose3D and P-STMO from the store of models, or from a checkpoint as its authors gave it."""

from __future__ import annotations

from pathlib import Path

from ..errors import WeightsError
from ..weights_file import read_state_dict
from .checkpoint import pstmo_net, temporal_net
from .net import Net
from .torch_nets import CausalTemporalPoses, TemporalPoses, WindowPoses


def seed_net(name: str, weights: Path | None = None) -> Net:
    """`vp3d`, `vp3d-causal` or `pstmo`.

    Raises:
        WeightsError: it is not installed, or the file is another one's.
    """
    path = weights or _installed(name)
    tensors = read_state_dict(path)
    try:
        if name == "pstmo":
            return WindowPoses(name, pstmo_net(tensors))
        net = temporal_net(tensors, causal=name == "vp3d-causal")
    except WeightsError as error:
        raise WeightsError(f"{path}: {error}") from None
    if not net.causal:
        return TemporalPoses(name, net)
    return CausalTemporalPoses(name, net)


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
