"""Made-up characters for tests: namings, bone axes, rest poses and extra bones, with true maps."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from motion import rest_joints

from livemocap.rotation import Array, matrix_from_rotvec, normalize, shortest_arc
from livemocap.skeleton import SMPLX, global_rotations, joint_positions
from retarget.rigs.joint_map import JointMap, Match
from retarget.rigs.skeleton import RigSkeleton

_BASE = "pelvis spine1 spine2 spine3 neck head collar shoulder elbow wrist hip knee ankle foot"
BASE = tuple(_BASE.split(" "))
DIGITS = ("thumb", "index", "middle", "ring", "pinky")

_HAND = {  # of the left hand, from the wrist: knuckle, then the two further steps
    "index": ((0.095, -0.004, 0.027), (0.034, -0.004, 0.003), (0.023, -0.004, 0.001)),
    "middle": ((0.100, 0.000, 0.004), (0.035, -0.004, 0.000), (0.025, -0.004, 0.000)),
    "ring": ((0.092, -0.004, -0.018), (0.032, -0.004, -0.002), (0.024, -0.004, -0.001)),
    "pinky": ((0.082, -0.011, -0.036), (0.025, -0.004, -0.005), (0.017, -0.003, -0.003)),
    "thumb": ((0.026, -0.016, 0.030), (0.026, -0.008, 0.024), (0.026, -0.006, 0.015)),
}

A_POSE = {"left_shoulder": (0, 0, -0.86), "right_shoulder": (0, 0, 0.86)}
"""Arms 49 degrees down: rotation vectors, rad, that a rest pose differs by from the T-pose."""

_TRUNK = ("pelvis", "spine1", "spine2", "spine3", "neck", "left_collar", "right_collar")


@dataclass(frozen=True)
class Naming:
    """How a family of rigs calls its bones."""

    body: tuple[str, ...]
    """By `BASE`; "§" in it is the side. Empty: these rigs have no such bone."""
    left: str
    right: str
    finger: Callable[[str, str, int], str]
    """Of side, digit and 1..3."""

    def bone(self, joint: str) -> str:
        """Its name, or "" if this family has none."""
        side, _, part = joint.rpartition("_")
        mark = {"left": self.left, "right": self.right}.get(side, "")
        if part in BASE:
            return self.body[BASE.index(part)].replace("§", mark)
        if part[:-1] in DIGITS:
            return self.finger(mark, part[:-1], int(part[-1]))
        return ""


def _body(words: str, prefix: str = "") -> tuple[str, ...]:
    return tuple("" if word == "-" else prefix + word for word in words.split())


_MAKEHUMAN_DIGIT = {digit: k for k, digit in enumerate(DIGITS, 1)}
_VRM_PART = ("proximal", "intermediate", "distal")
_UNITY_PART = ("Proximal", "Intermediate", "Distal")

NAMINGS = {
    "smplx": Naming(
        _body(
            "pelvis spine1 spine2 spine3 neck head §_collar §_shoulder §_elbow §_wrist "
            "§_hip §_knee §_ankle §_foot"
        ),
        "left",
        "right",
        lambda side, digit, k: f"{side}_{digit}{k}",
    ),
    "mixamo": Naming(
        _body(
            "Hips Spine Spine1 Spine2 Neck Head §Shoulder §Arm §ForeArm §Hand "
            "§UpLeg §Leg §Foot §ToeBase",
            "mixamorig:",
        ),
        "Left",
        "Right",
        lambda side, digit, k: f"mixamorig:{side}Hand{digit.title()}{k}",
    ),
    "ue4": Naming(
        _body(
            "pelvis spine_01 spine_02 spine_03 neck_01 head clavicle_§ upperarm_§ lowerarm_§ "
            "hand_§ thigh_§ calf_§ foot_§ ball_§"
        ),
        "l",
        "r",
        lambda side, digit, k: f"{digit}_0{k}_{side}",
    ),
    "makehuman": Naming(
        _body(
            "root spine05 spine03 spine01 neck01 head clavicle.§ upperarm01.§ lowerarm01.§ "
            "wrist.§ upperleg01.§ lowerleg01.§ foot.§ toe1-1.§"
        ),
        "L",
        "R",
        lambda side, digit, k: f"finger{_MAKEHUMAN_DIGIT[digit]}-{k}.{side}",
    ),
    "vrm": Naming(
        _body(
            "hips spine chest upper_chest neck head shoulder.§ upper_arm.§ lower_arm.§ hand.§ "
            "upper_leg.§ lower_leg.§ foot.§ toes.§"
        ),
        "L",
        "R",
        lambda side, digit, k: f"{digit}.{_VRM_PART[k - 1]}.{side}",
    ),
    "vroid": Naming(
        _body(
            "C_Hips C_Spine C_Chest C_UpperChest C_Neck C_Head §_Shoulder §_UpperArm "
            "§_LowerArm §_Hand §_UpperLeg §_LowerLeg §_Foot §_ToeBase",
            "J_Bip_",
        ),
        "L",
        "R",
        lambda side, digit, k: f"J_Bip_{side}_{digit.replace('pinky', 'little').title()}{k}",
    ),
    "unity": Naming(
        _body(
            "Hips Spine Chest UpperChest Neck Head §Shoulder §UpperArm §LowerArm §Hand "
            "§UpperLeg §LowerLeg §Foot §Toes"
        ),
        "Left",
        "Right",
        lambda side, digit, k: (
            f"{side}{digit.replace('pinky', 'little').title()}{_UNITY_PART[k - 1]}"
        ),
    ),
    "cmu": Naming(
        _body(
            "Hips LowerBack Spine Spine1 Neck Head §Shoulder §Arm §ForeArm §Hand "
            "§UpLeg §Leg §Foot §ToeBase"
        ),
        "Left",
        "Right",
        lambda side, digit, k: "",
    ),
    "chibi": Naming(  # KayKit: no neck, collars or fingers
        _body(
            "hips spine - chest - head - upperarm.§ lowerarm.§ wrist.§ "
            "upperleg.§ lowerleg.§ foot.§ toes.§"
        ),
        "l",
        "r",
        lambda side, digit, k: "",
    ),
}

EXTRAS = ("root", "twist", "split", "spine", "neck", "metacarpals", "ik", "hair", "tips", "hip")
"""root: one on the floor above the hips. twist: beside the limbs' next bones. split: a second bone
within upper and lower limbs. spine, neck: more bones within the trunk. metacarpals: within the
hand. ik: bones off the root. hair: three strands. tips: ends of fingers, toes, head. hip: CMU's
bones of no rotation between hips and thighs."""


@dataclass(frozen=True)
class MadeRig:
    """A character and the truth about it."""

    skeleton: RigSkeleton
    joint_map: JointMap
    """True for every joint that has a bone."""

    @property
    def bones(self) -> dict[str, str]:
        return self.joint_map.bones

    def heads(self, joints: Collection[str]) -> Array:
        """(N, 3) m of the bones of `joints` at rest."""
        rows = [self.skeleton.rows[self.bones[joint]] for joint in joints]
        return self.skeleton.heads[rows]


@dataclass(frozen=True)
class _Bone:
    name: str
    parent: str | None
    at: Array
    """(3,) in the T-pose, m."""
    moves_with: str | None
    """The joint whose segment it lies in; None stays on the floor."""


def made_rig(
    naming: str = "smplx",
    *,
    rest: str = "T",
    axes: str = "limb",
    extras: Collection[str] = (),
    fingers: bool = True,
    without: Collection[str] = (),
    scrambled_names: bool = False,
    shuffled: bool = False,
    yaw_deg: float = 0.0,
    turn: Array | None = None,
    scale: float = 1.0,
    seed: int = 0,
) -> MadeRig:
    """A character of 14 to about 120 bones.

    Args:
        rest: "T", "A", or "scrambled" (every joint beyond the trunk up to 40 degrees off).
        axes: "limb" (y along the bone), "world" (as Mixamo's importer), or "random".
        extras: of `EXTRAS`.
        without: joints that get no bone.
        scrambled_names: names say nothing.
        shuffled: bones in another order (parents still first).
        yaw_deg: the whole character turned about the vertical.
        turn: (3, 3) the whole character turned, after `yaw_deg`.
        scale: 1 is about 1.6 m tall.
    """
    rng = np.random.default_rng(seed)
    joints = person()
    bones, of_joint = _bones(NAMINGS[naming], joints, set(extras), fingers, set(without))
    heads = _posed(bones, joints, _rest_rotvecs(rest, rng))
    own_axes = _axes(bones, heads, axes, rng)
    R = matrix_from_rotvec([0, np.radians(yaw_deg), 0])
    R = R if turn is None else turn @ R
    order = _shuffle(bones, rng) if shuffled else np.arange(len(bones))
    rename = _scramble(bones, rng) if scrambled_names else {bone.name: bone.name for bone in bones}
    rows = {bones[old].name: new for new, old in enumerate(order)}
    heads = scale * heads @ R.T
    tails = heads + 0.05 * scale * (R @ own_axes)[:, :, 1]
    skeleton = RigSkeleton(
        names=tuple(rename[bones[old].name] for old in order),
        parents=tuple(rows[p] if (p := bones[old].parent) else -1 for old in order),
        heads=heads[order],
        axes=(R @ own_axes)[order],
        tails=tails[order],
        deforms=tuple("ik_" not in bones[old].name for old in order),
    )
    matches = {joint: Match(rename[bone], 1.0) for joint, bone in of_joint.items()}
    missing = tuple(joint for joint in SMPLX.names if joint not in matches)
    preset = None if scrambled_names else naming
    return MadeRig(skeleton, JointMap(matches=matches, missing=missing, preset=preset))


def person() -> Array:
    """(55, 3) m the joints of the characters in T-pose, facing +Z."""
    joints = rest_joints()
    for side, x in (("left", 1), ("right", -1)):
        for digit, steps in _HAND.items():
            at = joints[SMPLX.index(f"{side}_wrist")]
            for k, step in enumerate(steps, 1):
                at = at + np.array(step) * (x, 1, 1)
                joints[SMPLX.index(f"{side}_{digit}{k}")] = at
    return joints


def _bones(
    naming: Naming, joints: Array, extras: set[str], fingers: bool, without: set[str]
) -> tuple[list[_Bone], dict[str, str]]:
    bones: list[_Bone] = []
    of_joint: dict[str, str] = {}
    if "root" in extras:
        bones.append(_Bone("root_bone", None, np.zeros(3), None))
    for joint, name in enumerate(SMPLX.names):
        bone = naming.bone(name)
        is_finger = name[:-1].endswith(DIGITS)
        if not bone or name in without or (is_finger and not fingers):
            continue
        parent = _ancestor(joint, of_joint) or ("root_bone" if "root" in extras else None)
        for step in _within(joint, joints, extras, parent):
            bones.append(step)
            parent = step.name
        bones.append(_Bone(bone, parent, joints[joint], name))
        of_joint[name] = bone
    return bones + _beside(of_joint, joints, extras), of_joint


def _ancestor(joint: int, of_joint: dict[str, str]) -> str | None:
    while (joint := SMPLX.parents[joint]) >= 0:
        if SMPLX.names[joint] in of_joint:
            return of_joint[SMPLX.names[joint]]
    return None


_BETWEEN = {
    "split": ("elbow", "wrist", "knee", "ankle"),
    "spine": ("spine2", "spine3"),
    "neck": ("head",),
    "metacarpals": ("index1", "middle1", "ring1", "pinky1"),
    "hip": ("hip",),
}


def _within(joint: int, joints: Array, extras: set[str], parent: str | None) -> list[_Bone]:
    """Bones on the way from the parent joint."""
    name, before = SMPLX.names[joint], SMPLX.parents[joint]
    part = name.rpartition("_")[2]
    if parent is None or not any(part in _BETWEEN[e] for e in extras & set(_BETWEEN)):
        return []
    share = {"hip": 0.0, "index1": 0.2, "middle1": 0.2, "ring1": 0.2, "pinky1": 0.2}.get(part, 0.5)
    at = joints[before] * (1 - share) + joints[joint] * share
    return [_Bone(f"{parent}_to_{name}", parent, at, SMPLX.names[before])]


_AHEAD = {"foot": (0, 0, 0.07), "head": (0, 0.18, 0)}


def _beside(of_joint: dict[str, str], joints: Array, extras: set[str]) -> list[_Bone]:
    """Bones off the chains."""
    place = {name: joints[SMPLX.index(name)] for name in of_joint}
    bones = []
    for name, bone in of_joint.items():
        side, _, part = name.rpartition("_")
        child = {"shoulder": "elbow", "elbow": "wrist", "hip": "knee", "knee": "ankle"}.get(part)
        if "twist" in extras and child and (end := f"{side}_{child}") in place:
            share = 0.25 if part in ("shoulder", "hip") else 0.75
            at = (1 - share) * place[name] + share * place[end]
            bones.append(_Bone(f"{bone}_twist_01", bone, at, name))
        if "ik" in extras and part in ("ankle", "wrist"):
            root = "root_bone" if "root" in extras else None
            bones.append(_Bone(f"ik_{name}", root, place[name], None))
        if "tips" in extras and (name[:-1].endswith(DIGITS) and part.endswith("3")):
            step = normalize(place[name] - joints[SMPLX.index(f"{name[:-1]}2")])
            bones.append(_Bone(f"{bone}_end", bone, place[name] + 0.022 * step, name))
        if "tips" in extras and part in _AHEAD:
            bones.append(_Bone(f"{bone}_end", bone, place[name] + _AHEAD[part], name))
    if "hair" in extras and "head" in of_joint:
        for strand, x in enumerate((-0.08, 0.0, 0.08)):
            parent = of_joint["head"]
            for k in range(4):
                at = place["head"] + np.array([x, 0.12 - 0.08 * k, -0.1])
                bones.append(_Bone(f"hair_{strand}_{k}", parent, at, "head"))
                parent = f"hair_{strand}_{k}"
    return bones


def _rest_rotvecs(rest: str, rng: np.random.Generator) -> Array:
    """(55, 3) rad, what the rest pose differs by from the T-pose."""
    rotvecs = np.zeros((len(SMPLX.names), 3))
    if rest == "A":
        for name, rotvec in A_POSE.items():
            rotvecs[SMPLX.index(name)] = rotvec
    elif rest == "scrambled":
        turns = normalize(rng.normal(size=rotvecs.shape)) * rng.uniform(0.1, 0.7, (55, 1))
        free = [name not in _TRUNK for name in SMPLX.names]
        rotvecs[free] = turns[free]
    elif rest != "T":
        raise ValueError(rest)
    return rotvecs


def _posed(bones: list[_Bone], joints: Array, rotvecs: Array) -> Array:
    """(B, 3) heads in the rest pose."""
    world = global_rotations(matrix_from_rotvec(rotvecs), SMPLX)
    places = joint_positions(world, joints, joints[0], SMPLX)
    heads = []
    for bone in bones:
        if bone.moves_with is None:
            heads.append(bone.at)
            continue
        joint = SMPLX.index(bone.moves_with)
        own = _own_place(bone, joints, places)
        heads.append(
            places[joint] + world[joint] @ (bone.at - joints[joint]) if own is None else own
        )
    return np.array(heads)


def _own_place(bone: _Bone, joints: Array, places: Array) -> Array | None:
    at = np.flatnonzero((joints == bone.at).all(-1))
    return places[at[0]] if len(at) and SMPLX.names[at[0]] == bone.moves_with else None


def _axes(bones: list[_Bone], heads: Array, axes: str, rng: np.random.Generator) -> Array:
    """(B, 3, 3) columns."""
    if axes == "world":
        return np.broadcast_to(np.eye(3), (len(bones), 3, 3)).copy()
    if axes == "random":
        return matrix_from_rotvec(rng.normal(size=(len(bones), 3)) * 2)
    if axes != "limb":
        raise ValueError(axes)
    rows = {bone.name: row for row, bone in enumerate(bones)}
    along = np.tile([0.0, 1.0, 0.0], (len(bones), 1))
    for row, bone in reversed(list(enumerate(bones))):
        if bone.parent and (step := heads[row] - heads[rows[bone.parent]]).any():
            along[rows[bone.parent]] = step
    return shortest_arc(np.tile([0.0, 1.0, 0.0], (len(bones), 1)), along)


def _shuffle(bones: list[_Bone], rng: np.random.Generator) -> Array:
    """Old rows in a new order, parents first."""
    left, placed, order = list(rng.permutation(len(bones))), {None}, []
    while left:
        row = next(row for row in left if bones[row].parent in placed)
        left.remove(row)
        placed.add(bones[row].name)
        order.append(row)
    return np.array(order)


def _scramble(bones: list[_Bone], rng: np.random.Generator) -> dict[str, str]:
    numbers = rng.permutation(len(bones))
    return {bone.name: f"b{number:03d}" for bone, number in zip(bones, numbers, strict=True)}
