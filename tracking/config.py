"""The `[tracking]` and `[record]` tables of studio.toml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MODES = ("live", "broadcast", "bake")
LIFTERS = ("off", "own", "vp3d", "vp3d-causal", "pstmo")
LIMBS = ("left_arm", "right_arm", "left_leg", "right_leg", "torso")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingConfig:
    """Who is who and how motion is smoothed. Nothing here counts frames: rates may vary."""

    mode: str = "live"
    """`live` looks at nothing that is yet to come, `broadcast` is late by `look_ahead_ms` and
    steadier for it, `bake` waits for the end and sees all of it."""
    look_ahead_ms: float = 170.0
    """Of `broadcast`, at most, as images allow: 100 to 200 are worth the wait."""

    detection_score: float = 0.2
    """Detections below it are not looked at."""
    birth_score: float = 0.75
    """A new person at least this sure is shown at once."""
    return_score: float = 0.5
    """A lost person comes back only as a detection at least this sure."""
    least_score: float = 0.6
    """Of a new person's first sightings on average, to be believed soon."""
    steady_score: float = 0.45
    """Of somebody seen all the time for `steady_s`, on average; less is a poster."""
    steady_s: float = 0.5
    """How long a new person below `least_score` must be seen steadily to be believed."""
    confirm_hits: int = 3
    """Sightings after which a new person below `birth_score` is believed."""
    tentative_s: float = 0.25
    """How long a person who is not confirmed yet may be missing."""
    predict_s: float = 0.3
    """How long a person is shown by prediction after the last sighting, at most 0.5; less long if
    it becomes too uncertain where they are."""
    max_lost_s: float = 60.0
    """How long somebody who left may come back under the same id."""
    cut_score: float = 0.5
    """An image this surely a new shot starts motion and places afresh."""

    root_speed_ms: float = 0.9
    """How fast people move, as the spread of their speed, m/s."""
    root_speed_memory_s: float = 1.0
    """After about this long an unseen person's speed is forgotten."""
    lateral_noise_m: float = 0.03
    """Uncertainty of a detected pelvis across the view."""
    depth_noise: float = 0.04
    """Uncertainty of a detected pelvis along the view, as a share of its distance."""

    shape_change_m: float = 0.015
    """Bone lengths are sent anew when one of them is known this much better."""
    shape_memory_s: float = 4.0
    """How long the running estimate of a shape looks back."""

    lift: str = "off"
    """What lifts 2D keypoints to 3D and steers arms, legs and torsos with it: `off`, `own` (which
    you train), or one of those whose weights you bring, `vp3d`, `vp3d-causal`, `pstmo`."""
    lift_look_ahead_ms: float = 120.0
    """Of lifting in `broadcast`, on top of `look_ahead_ms`. Live lifts without, bake with all."""
    lift_bypass: tuple[str, ...] = ()
    """What lifting lets be: `left_arm`, `right_arm`, `left_leg`, `right_leg`, `torso`."""

    actor_height_m: float = 0.0
    """How tall people are; 0 believes the engine. Everything is scaled alike, depth as well."""

    adapt: str = "off"
    """`on` makes bodies agree with what the detector saw in 2D, little by little."""
    adapt_budget_ms: float = 20.0
    """Processor time of one solution, beside the stream. Takes log what was swapped."""
    adapt_steps: int = 0
    """Steps of work after each image, in place of a time: the same input gives the same take."""

    world: str = "estimate"
    """`estimate` gravity and floor from people, or `assume` a camera as the two settings below."""
    camera_height_m: float = 1.5
    """Above the floor, until people show better."""
    camera_pitch_deg: float = 0.0
    """Downwards is positive, until people show better."""
    world_settle_s: float = 3.0
    """Seconds with people in view after which the world hardly moves any more."""

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise ValueError(f"mode is '{self.mode}', expected one of {', '.join(MODES)}")
        if not 0 <= self.look_ahead_ms <= 1000:
            raise ValueError(f"look_ahead_ms is {self.look_ahead_ms}, expected 0 to 1000")
        if self.lift not in LIFTERS:
            raise ValueError(f"lift is '{self.lift}', expected one of {', '.join(LIFTERS)}")
        if not 0 <= self.lift_look_ahead_ms <= 1000:
            raise ValueError(f"lift_look_ahead_ms is {self.lift_look_ahead_ms}, expected 0 to 1000")
        if unknown := [limb for limb in self.lift_bypass if limb not in LIMBS]:
            raise ValueError(f"lift_bypass has '{unknown[0]}', expected some of {', '.join(LIMBS)}")
        if self.actor_height_m and not 0.3 <= self.actor_height_m <= 3:
            raise ValueError(f"actor_height_m is {self.actor_height_m}, expected metres, or 0")
        if self.adapt not in ("off", "on"):
            raise ValueError(f"adapt is '{self.adapt}', expected 'off' or 'on'")
        if not 1 <= self.adapt_budget_ms <= 1000:
            raise ValueError(f"adapt_budget_ms is {self.adapt_budget_ms}, expected 1 to 1000")
        if not 0 <= self.adapt_steps <= 100:
            raise ValueError(f"adapt_steps is {self.adapt_steps}, expected 0 to 100")
        if self.world not in ("estimate", "assume"):
            raise ValueError(f"world is '{self.world}', expected 'estimate' or 'assume'")
        if not 0 <= self.predict_s <= 0.5:
            raise ValueError(f"predict_s is {self.predict_s}, expected 0 to 0.5")
        if self.confirm_hits < 1:
            raise ValueError(f"confirm_hits is {self.confirm_hits}, expected 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordConfig:
    """What the recorder keeps, and where."""

    directory: Path = Path("takes")
    name: str = ""
    """Of the take; empty takes the date and time."""
    start: bool = False
    """Record from the first message on; otherwise wait for `livemocap record start`."""
    topics: tuple[str, ...] = ("pose", "track")
    """`pose` (what the engine saw, for tracking again) and `track`."""

    def __post_init__(self) -> None:
        unknown = [topic for topic in self.topics if topic not in ("pose", "track")]
        if unknown or not self.topics:
            raise ValueError(f"topics is {list(self.topics)}, expected some of 'pose', 'track'")
