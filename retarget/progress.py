"""How far long work is, for whoever wants to show it or to end it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much, in whatever the work counts; what it raises ends it."""
