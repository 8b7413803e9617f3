"""Which shapes of a face are known, and what a jaw and expressions make of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from retarget.errors import RetargetError
from retarget.rigs.faces import faces, load_face, map_face

ARKIT = ("Basis", "browInnerUp", "jawOpen", "jawLeft", "jawRight", "mouthLowerDownLeft",
         "mouthLowerDownRight", "mouthUpperUpLeft", "mouthUpperUpRight")  # fmt: skip


def test_an_arkit_face_opens_its_mouth_with_the_jaw() -> None:
    face = map_face(ARKIT)
    assert face is not None
    assert face.title == "ARKit"
    values = dict(zip(face.names, face.values(np.array([0.3, 0, 0]), np.zeros(10)), strict=True))
    assert 0.5 < values.pop("jawOpen") < 0.9
    assert set(values.values()) == {0.0}
    left = face.values(np.array([0, 0.1, 0]), np.zeros(10))
    assert left[face.names.index("jawLeft")] == -left[face.names.index("jawRight")] == 0.5


def test_an_smplx_face_gets_its_own_coefficients() -> None:
    names = [f"Shape{k:03d}" for k in range(10)] + [f"Exp{k:03d}" for k in range(10)]
    face = map_face(names)
    assert face is not None
    expression = np.arange(10.0) - 4
    np.testing.assert_array_equal(face.values(np.ones(3), expression), expression)
    assert face.names == tuple(names[10:])


@pytest.mark.parametrize(
    "name",
    ["jaw_open", "JawOpen", "Face.M_F00_000_00_Fcl_MTH_A", "A", "aa", "vrc.v_aa", "Mouth Open"],
)
def test_a_mouth_of_any_naming_is_found(name: str) -> None:
    face = map_face(["Basis", "Smile", "Arm", name])
    assert face is not None
    assert face.names == (name,)


def test_shapes_of_no_face_are_left_alone() -> None:
    assert map_face(["Basis", "Fat", "Muscle", "Banana"]) is None
    assert map_face([]) is None


def test_missing_and_surplus_coefficients_do_no_harm() -> None:
    face = map_face(ARKIT)
    assert face is not None
    jaw = np.array([0.1, 0.0, 0.0])
    none, many = face.values(jaw, np.zeros(0)), face.values(jaw, np.zeros(50))
    np.testing.assert_array_equal(none, many)
    assert face.values(np.zeros((4, 3)), np.ones((4, 10))).shape == (4, len(face.names))


def test_every_built_in_face_says_what_it_loses() -> None:
    assert all(face.note and face.shapes for face in faces())


def test_a_file_that_is_no_face_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "face.json"
    path.write_text(json.dumps({"title": "x", "shapes": [{"jaw": [1]}]}))
    with pytest.raises(RetargetError, match="not a face"):
        load_face(path)
