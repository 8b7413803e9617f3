"""Left and right of the joints that go into the lifters and come out of them."""

from __future__ import annotations

from livemocap.lifter import H36M17
from livemocap.skeleton import COCO17, mirrored

COCO_MIRROR, H36M_MIRROR = mirrored(COCO17), H36M17.mirror
"""(17,) the joint of the other side, or the joint itself."""
