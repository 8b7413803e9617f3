"""The fast path: what `build_aios(..., fast=True)` returns."""

from .network import FastAios

__all__ = ["FastAios"]
