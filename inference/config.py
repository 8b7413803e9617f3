"""The `[inference]` table of studio.toml."""

from __future__ import annotations

from dataclasses import dataclass

QUALITIES = ("fast", "balanced", "best")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many people and images an engine takes on; for engines that can choose."""

    score_threshold: float = 0.3
    """People the engine is less sure of are left out; tracking asks more of newcomers."""
    max_people: int = 20
    """In one image, the surest ones."""
    batch: int = 0
    """Images of different cameras that are inferred together at most; 0 leaves it to the engine."""

    def __post_init__(self) -> None:
        if not 0 <= self.score_threshold <= 1:
            raise ValueError(f"score_threshold is {self.score_threshold}, expected 0 to 1")
        if self.max_people < 1:
            raise ValueError(f"max_people is {self.max_people}, expected 1 or more")
        if self.batch < 0:
            raise ValueError(f"batch is {self.batch}, expected 0 (as the engine likes) or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceConfig(Limits):
    """Which engine looks at the images, and how hard."""

    engine: str = "landmarks"
    quality: str = "balanced"
    device: str = "auto"
    """`cpu`, `cuda` or `auto`, for engines that can choose."""
    threads: int = 0
    """Threads to spread people over; 0 takes every core."""

    def __post_init__(self) -> None:
        Limits.__post_init__(self)
        if self.quality not in QUALITIES:
            raise ValueError(f"quality is '{self.quality}', expected one of {', '.join(QUALITIES)}")
        if self.threads < 0:
            raise ValueError(f"threads is {self.threads}, expected 0 (all cores) or more")
