"""`livemocap aios`: the jobs AiOS's authors run it for, and the measures of their results."""

from .command import add_aios

__all__ = ["add_aios"]
