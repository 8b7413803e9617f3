"""People merged as AlphaPose does, against their golden arrays."""

from __future__ import annotations

import numpy as np

from inference.lifting.alphapose import merged, most_likely

from .arrays import PIXEL_GATE, Case, Check, compared


def together(case: Case) -> list[Check]:
    """vp3d_people: who is there, and who of them is lifted."""
    golden = case.golden
    people = merged(
        golden["nms_boxes"],
        golden["nms_box_scores"],
        golden["nms_poses"],
        golden["nms_pose_scores"][..., 0],
    )
    mine = {
        "nms_out_kp": np.stack([person.keypoints_px for person in people]),
        "nms_out_kp_score": np.stack([person.scores for person in people])[..., None],
        "nms_out_score": np.array([person.proposal for person in people]),
        "nms_selected_person": np.array(most_likely(people)),
    }
    case.notes.append("track_*: PoseFlow is not built; people keep their ids by our own tracking")
    checks = compared(mine, golden)
    return [Check(c.name, c.error, PIXEL_GATE) if c.name == "nms_out_kp" else c for c in checks]
