"""DynaBOA's base model from its checkpoint."""

from __future__ import annotations

from ..errors import WeightsError
from ..network_weights import Tensors, filled, plain
from .hmr import Hmr

_TITLE = "DynaBOA's base model"


def hmr_net(tensors: Tensors) -> Hmr:
    """
    Raises:
        WeightsError: what is there, and what was expected.
    """
    tensors = plain(tensors)
    if any(key.endswith("running_mean") for key in tensors):
        raise WeightsError(
            f"a network with batch normalisation, such as SPIN's; {_TITLE} (basemodel.pt) has "
            "group normalisation, and weights of one do not serve the other."
        )
    return filled(Hmr(), tensors, _TITLE)
