"""AiOS, the one-stage whole-body engine: `build_aios` makes the network, `postprocess` reads it."""

from .model import build_aios
from .postprocess import postprocess

__all__ = ["build_aios", "postprocess"]
