from __future__ import annotations

from typing import Any

import aios_reference
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from inference.aios import camera, postprocess

SIZES = [(800, 1066), (750, 1333)]
Out = dict[str, Tensor]


def golden_out() -> tuple[Out, list[tuple[int, int]]]:
    """Random network outputs and the sizes of their images."""
    golden = aios_reference.golden("postproc")
    out = {k.removeprefix("in_"): torch.from_numpy(v) for k, v in golden.items() if "in_pred" in k}
    return out, [(int(h), int(w)) for h, w in golden["in_img_shape"]]


def random_out(seed: int, images: int = 2) -> Out:
    """As a network without a body model returns it."""
    generator = torch.Generator().manual_seed(seed)
    widths = {"smpl_fullpose": 159, "smpl_beta": 10, "smpl_expr": 10, "keypoints": 51}
    boxes = dict.fromkeys(("boxes", "lhand_boxes", "rhand_boxes", "face_boxes"), 4)
    shapes = {"logits": 2, "smpl_cam": 3} | widths | boxes
    return {
        f"pred_{name}": torch.randn(images, 100, width, generator=generator)
        for name, width in shapes.items()
    }


def test_the_golden_outputs_become_the_golden_people() -> None:
    golden = aios_reference.golden("postproc")
    images = postprocess(*golden_out())
    found = {
        f"person{b}_{name}": rows for b, image in enumerate(images) for name, rows in image.items()
    }
    expected = {k: v for k, v in golden.items() if k.startswith("person")}
    assert set(found) - set(expected) == {"person0_person", "person1_person"}
    for name, rows in expected.items():
        atol = 1e-5 * max(1.0, float(np.abs(rows).max()))
        np.testing.assert_allclose(found[name], rows, rtol=1e-5, atol=atol, err_msg=name)


def test_the_golden_people_come_in_the_golden_order() -> None:
    order = [image["person"] * 2 + image["labels"] for image in postprocess(*golden_out())]
    assert torch.stack(order).tolist() == aios_reference.golden("postproc")["topk50_idx"].tolist()


def test_a_person_of_both_classes_comes_twice_and_says_so() -> None:
    out = random_out(1)
    out["pred_logits"][0, 42] = torch.tensor([9.0, 8.0])
    first, second = (torch.stack(list(rows)) for rows in _first_two(postprocess(out, SIZES)[0]))
    assert first.tolist() == [42, 0]
    assert second.tolist() == [42, 1]


def _first_two(image: Out) -> list[tuple[Tensor, Tensor]]:
    return list(zip(image["person"], image["labels"], strict=True))[:2]


def test_without_a_body_model_there_are_no_joints_and_no_vertices() -> None:
    image = postprocess(random_out(2), SIZES)[0]
    assert not {"smpl_kp3d", "smplx_joint_proj", "smpl_verts"} & set(image)


def test_coco_points_stay_a_hundred_in_the_order_of_the_network() -> None:
    out = random_out(3)
    image = postprocess(out, SIZES)[1]
    assert torch.equal(image["keypoints_coco"], out["pred_keypoints"][1])


def test_boxes_are_corners_in_pixels_of_their_own_image() -> None:
    out = random_out(4)
    out["pred_face_boxes"][:] = torch.tensor([0.5, 0.25, 0.2, 0.1])
    first, second = postprocess(out, SIZES)
    torch.testing.assert_close(first["face_bbox"][7], torch.tensor([426.4, 160, 639.6, 240]))
    torch.testing.assert_close(second["face_bbox"][7], torch.tensor([533.2, 150, 799.8, 225]))


@pytest.mark.parametrize(
    "given",
    [np.array(SIZES), torch.tensor(SIZES), list(torch.tensor(SIZES)), [list(s) for s in SIZES]],
    ids=["array", "tensor", "tensors", "lists"],
)
def test_sizes_may_come_in_any_form(given: Any) -> None:
    out = random_out(7)
    for expected, found in zip(postprocess(out, SIZES), postprocess(out, given), strict=True):
        assert torch.equal(expected["body_bbox"], found["body_bbox"])


def test_one_size_for_two_images_is_an_error() -> None:
    with pytest.raises(ValueError, match="each of 2 images"):
        postprocess(random_out(8), SIZES[:1])


def test_the_camera_stands_a_person_where_the_image_has_them() -> None:
    cam = torch.tensor([0.25, 0.1, -0.05])
    transl = camera.translation(cam)
    torch.testing.assert_close(transl, torch.tensor([0.4, -0.2, 4.0]))
    joints = torch.tensor([[0.0, 0.0, 0.0], [0.1, 0.2, 1.0]])
    pixels = camera.project(joints, transl, torch.tensor([800, 1066]))
    torch.testing.assert_close(pixels, torch.tensor([[1033.0, 150.0], [1033.0, 400.0]]))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_each_image_has_its_fifty_best_scores_in_falling_order(seed: int) -> None:
    out = random_out(seed)
    for b, image in enumerate(postprocess(out, SIZES)):
        every = out["pred_logits"][b].sigmoid().flatten()
        torch.testing.assert_close(image["scores"], every.sort(descending=True).values[:50])
        own = every.view(100, 2)[image["person"], image["labels"]]
        torch.testing.assert_close(image["scores"], own)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_nobody_comes_twice_through_the_same_class(seed: int) -> None:
    for image in postprocess(random_out(seed), SIZES):
        pairs = list(zip(image["person"].tolist(), image["labels"].tolist(), strict=True))
        assert len(set(pairs)) == 50


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_the_order_of_the_network_s_people_does_not_matter(seed: int) -> None:
    out = random_out(seed)
    shuffled = torch.randperm(100, generator=torch.Generator().manual_seed(seed))
    people = postprocess(out, SIZES)
    again = postprocess({name: rows[:, shuffled] for name, rows in out.items()}, SIZES)
    for image, other in zip(people, again, strict=True):
        assert torch.equal(image["person"], shuffled[other["person"]])
        for name in set(image) - {"person", "keypoints_coco"}:
            assert torch.equal(image[name], other[name]), name


def test_images_of_a_batch_do_not_see_each_other() -> None:
    out = random_out(5)
    together = postprocess(out, SIZES)
    for b, size in enumerate(SIZES):
        alone = postprocess({name: rows[b : b + 1] for name, rows in out.items()}, [size])[0]
        for name, rows in alone.items():
            assert torch.equal(rows, together[b][name]), name


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_an_output_that_is_no_number_is_passed_on(bad: float) -> None:
    out = random_out(6)
    out["pred_smpl_cam"][:] = bad
    image = postprocess(out, SIZES)[0]
    assert not image["cam_trans"].isfinite().all(dim=-1).any()
    assert image["scores"].isfinite().all()
