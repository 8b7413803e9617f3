"""Units of length that files of motion are written in."""

from __future__ import annotations

UNITS_PER_METRE = {"cm": 100.0, "m": 1.0}
