"""The three ways to track: which stages come after association, and how far each looks ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from .association.associator import Associator
from .config import TrackingConfig
from .ground.root_bake import BakeRoot
from .ground.root_broadcast import BroadcastRoot
from .ground.root_live import LiveRoot
from .identity.foresight import Foresight
from .identity.gaps import Gaps
from .identity.handover import hand_over
from .identity.revision import Revision
from .identity.second_thoughts import SecondThoughts
from .identity.stitch import Stitch
from .lifting.stage import Lifting
from .repair.repair import LiveRepair, LookAheadRepair
from .scene.output import InKnownWorld, InWorld
from .smoothing.bake import BakePose
from .smoothing.broadcast import BroadcastPose
from .smoothing.live import LivePose
from .stage import Stage

POSE_SHARE, ROOT_SHARE = 0.43, 0.35
"""Of a broadcast's look-ahead. Each stage waits for an image that is at least so much later, which
takes up to an image more: the rest is left for that, so that the whole is late by no more."""

REPAIR_S = 0.5
"""What bake looks ahead for to mend: the longest fault of a limb."""


def stages(
    config: TrackingConfig,
    who: Associator,
    names: Mapping[int, str],
    lifting: Sequence[Lifting] = (),
) -> list[Stage[Any, Any]]:
    """What comes after association `who` in `config.mode`.

    Args:
        names: of track ids.
        lifting: what poses go through once they are mended, one or none.
    """
    if config.mode == "broadcast":
        ahead_s, foresight = config.look_ahead_ms * 1e-3, Foresight()
        shown_s = (POSE_SHARE + ROOT_SHARE) * ahead_s + sum(s.look_ahead_s for s in lifting)
        thoughts = SecondThoughts(who.aliases, shown_s, partial(hand_over, who), who.said)
        return [
            foresight,
            thoughts,
            LiveRepair(),
            *lifting,
            BroadcastPose(POSE_SHARE * ahead_s),
            BroadcastRoot(ROOT_SHARE * ahead_s),
            Revision(foresight, who.aliases, thoughts),
            InWorld(config, names),
        ]
    if config.mode == "bake":
        return [
            Stitch(who.new_id),
            LookAheadRepair(REPAIR_S),
            Gaps(),
            *lifting,
            BakePose(),
            BakeRoot(),
            InKnownWorld(config, names),
        ]
    return [LiveRepair(), *lifting, LivePose(), LiveRoot(), InWorld(config, names)]
