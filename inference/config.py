"""The `[inference]` table of studio.toml."""

from __future__ import annotations

from dataclasses import dataclass

QUALITIES = ("fast", "balanced", "best")


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceConfig:
    """Which engine looks at the images, and how hard."""

    engine: str = "landmarks"
    quality: str = "balanced"
    device: str = "auto"
    """`cpu`, `cuda` or `auto`, for engines that can choose."""
    threads: int = 0
    """Threads to spread people over; 0 takes every core."""

    def __post_init__(self) -> None:
        if self.quality not in QUALITIES:
            raise ValueError(f"quality is '{self.quality}', expected one of {', '.join(QUALITIES)}")
        if self.threads < 0:
            raise ValueError(f"threads is {self.threads}, expected 0 (all cores) or more")
