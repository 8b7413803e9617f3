# SPDX-License-Identifier: GPL-3.0-or-later
"""What the two people of the built-in stream do: one walks round, one stands and tells a story."""

from __future__ import annotations

import numpy as np

from livemocap.rotation import Array, matrix_from_quat, quat_from_matrix, slerp
from livemocap.skeleton import SMPLX
from retarget.rigs.average_person import average_joints

from .body import SIDES, Body
from .gait import STANCE, Circle, FootPath, walk_round
from .turns import about_x, about_y, about_z

LAPS, LAP_S = 2, 10.0
LOOP_S = LAPS * LAP_S
"""After which everything begins anew, without a jump."""

_CIRCLE = Circle(radius_m=1.7, strides=9)
"""Round the cube that a new file has."""

_SWING = 0.38
_TELLER_AT = np.array([3.3, 0.0, 0.4])
_HANGING = 1.28
"""How far an arm is lowered from the T-pose to hang, rad."""


def walker(times_s: Array) -> Body:
    """They walk round, and wave while they do it a second time."""
    rest = average_joints()
    strides = times_s / LAP_S * _CIRCLE.strides
    step, over = np.cos(2 * np.pi * strides), np.cos(2 * np.pi * (strides - STANCE / 2))
    pelvis = _CIRCLE.place(strides + 0.02, 0.022 * over)
    pelvis[:, 1] = rest[0, 1] - 0.058 + 0.014 * np.cos(4 * np.pi * (strides - STANCE / 2))
    body = Body(rest, pelvis)
    root = (about_y(_CIRCLE.turned(strides) - 0.09 * step), about_x(np.full_like(step, 0.03)))
    body.turn("pelvis", *root, about_z(0.05 * over - 0.04))
    body.bend_spine(0.05 - 0.01 * step, 0.19 * step, 0.02 - 0.05 * over)
    glance = _window(times_s, 2.0, 6.0) - 0.7 * _window(times_s, 12.0, 17.5)
    body.look(0.1 - 0.08 * step + 0.45 * glance, 0.06 + 0.02 * over)
    for side, left in SIDES.items():
        _swing_arm(body, side, -left * np.cos(2 * np.pi * (strides - 0.04)))
    _wave(body, times_s)
    for side in SIDES:
        body.stand_on(side, walk_round(_CIRCLE, body.foot(side), strides, apart_m=0.075))
    return body


def teller(times_s: Array) -> Body:
    """They stand on their spot, shift their weight, and talk with their hands and fingers."""
    rest = 0.95 * average_joints()
    sway, slow = _wave_of(times_s, 10.0, 0.1), _wave_of(times_s, 20.0, 0.3)
    heading = np.full_like(times_s, -np.pi / 2)
    feet_at = about_y(heading)
    aside = 0.035 * sway[:, None] * feet_at[..., 0] + 0.01 * slow[:, None] * feet_at[..., 2]
    pelvis = _TELLER_AT + aside
    pelvis[:, 1] = rest[0, 1] - 0.022 - 0.006 * sway**2
    body = Body(rest, pelvis)
    body.turn("pelvis", about_y(heading + 0.06 * slow), about_z(-0.045 * sway))
    body.bend_spine(0.03 + 0.02 * _wave_of(times_s, 4.0, 0.0), 0.12 * slow, 0.06 * sway)
    body.look(_towards_walker(times_s) - 0.12 * slow, 0.05 + 0.04 * _wave_of(times_s, 4.0, 0.6))
    for side in SIDES:
        _tell(body, side, times_s)
        body.stand_on(side, _planted(body, side, heading))
    return body


def _swing_arm(body: Body, side: str, forward: Array) -> None:
    """Arms swing against the legs, hands loose."""
    left = SIDES[side]
    body.turn(f"{side}_collar", about_y(-0.06 * left * forward))
    swing = _SWING * forward + 0.05
    body.turn(f"{side}_shoulder", about_x(-swing), about_z(np.full_like(swing, -left * _HANGING)))
    body.turn(f"{side}_elbow", about_y(-left * (0.38 + 0.2 * forward)))
    body.turn(f"{side}_wrist", about_z(-0.1 * left * forward))
    body.curl_fingers(side, *(base + 0.05 * forward for base in (0.2, 0.25, 0.29, 0.32)))


def _wave(body: Body, times_s: Array) -> None:
    """The right arm goes up and waves, fingers spread."""
    share = _window(times_s, 12.3, 17.3)
    shake = np.sin(2 * np.pi * 1.5 * times_s)
    ones = np.ones_like(times_s)
    raised = {
        "right_shoulder": about_z(0.2 * ones) @ about_x(-1.45 * ones) @ about_y(0.2 * ones),
        "right_elbow": about_y(1.5 + 0.38 * shake),
        "right_wrist": about_y(0.18 * np.roll(shake, 4)),
    }
    for joint, turns in raised.items():
        _blend(body, joint, turns, share)
    for digit in ("index", "middle", "ring", "pinky"):
        for number in (1, 2, 3):
            _blend(body, f"right_{digit}{number}", about_z(0.06 * ones), share)


def _tell(body: Body, side: str, times_s: Array) -> None:
    """Forearms up, turned about, fingers one after the other; the sides out of step."""
    left = SIDES[side]
    late = 0.0 if left > 0 else 0.37
    beat, slow = _wave_of(times_s, 2.0, late), _wave_of(times_s, 10.0, late)
    up = 0.5 + 0.5 * slow
    lowered = -left * (_HANGING - 0.03 - 0.14 * up)
    body.turn(f"{side}_shoulder", about_x(-0.1 - 0.28 * up - 0.08 * beat), about_z(lowered))
    inwards = about_x(-0.35 * up - 0.15 * slow)
    body.turn(f"{side}_elbow", about_y(-left * (0.55 + 0.85 * up + 0.12 * beat)), inwards)
    body.turn(f"{side}_wrist", about_z(-left * 0.12 * beat), about_x(-0.3 * up))
    fingers = (0.12 + 0.42 * (0.5 + 0.5 * _wave_of(times_s, 4.0, late - n / 12)) for n in range(4))
    body.curl_fingers(side, *fingers)


def _planted(body: Body, side: str, heading: Array) -> FootPath:
    """A foot that stays where it is, a little turned out."""
    foot = body.foot(side)
    beside = np.array([0.11 * foot.left, -foot.toe[1], -0.02 * foot.left])
    return FootPath(
        ankle=_TELLER_AT + about_y(heading) @ beside,
        turn=about_y(heading + 0.2 * foot.left),
        toes=np.zeros_like(heading),
    )


def _towards_walker(times_s: Array) -> Array:
    """(T,) rad, part of the way that the head would have to turn."""
    to = _CIRCLE.place(times_s / LAP_S * _CIRCLE.strides) - _TELLER_AT
    return 0.8 * (np.arctan2(to[:, 0], to[:, 2]) + np.pi / 2)


def _blend(body: Body, joint: str, turns: Array, share: Array) -> None:
    """Take a joint part of the way to (T, 3, 3)."""
    row = SMPLX.index(joint)
    now, then = quat_from_matrix(body.local[:, row]), quat_from_matrix(turns)
    body.local[:, row] = matrix_from_quat(slerp(now, then, share))


def _wave_of(times_s: Array, period_s: float, late: float) -> Array:
    """(T,) -1..1; periods that fit the loop make no jump."""
    return np.sin(2 * np.pi * (times_s / period_s - late))


def _window(times_s: Array, start_s: float, end_s: float) -> Array:
    """(T,) 0..1, softly up and down in a second."""
    edge = np.minimum(times_s - start_s, end_s - times_s).clip(0, 1)
    return edge * edge * (3 - 2 * edge)
