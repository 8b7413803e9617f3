"""`livemocap evaluate`: what poses and tracks are worth, where the truth is known."""

from .command import add_evaluate

__all__ = ["add_evaluate"]
