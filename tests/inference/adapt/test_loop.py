"""What DynaBOA's loop does by its options, with a net of few weights."""

from __future__ import annotations

import copy
import random
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from lift_parity import hmr, trace
from lift_parity.arrays import Case, Golden, failures
from lift_parity.broken import OldImage, StepFromTheCopy, TeacherFirst
from lift_parity.made_trace import SmallHmr, made

from inference.adapt.dynaboa import DynaBoa, Learning
from inference.adapt.hmr import Hmr
from inference.adapt.losses import Labelled, Looked, Seen, labelled_loss, look, motion_loss
from inference.adapt.options import Options, internet, read_options, webcam
from inference.adapt.retrieval import Retrieval

KEYPOINTS = {"webcam": 25, "internet": 24}


@cache
def _net() -> SmallHmr:
    small = SmallHmr()
    small.load_state_dict(hmr.network(0, 0).state_dict(), strict=False)
    return small.eval()


def net() -> SmallHmr:
    return copy.deepcopy(_net())


def image(k: int, form: str = "webcam") -> Seen:
    made = torch.Generator().manual_seed(k)
    points = torch.rand(1, KEYPOINTS[form], 3, generator=made) - 0.5
    points[..., 2] = (points[..., 2] > -0.3).float()
    return Seen(torch.rand(1, 3, 224, 224, generator=made), points)


def boa(options: Options, retrieval: Retrieval | None = None, small: Hmr | None = None) -> DynaBoa:
    return DynaBoa(small or net(), hmr.body(0), hmr.synthetic_prior(0), options, retrieval)


def learnt(learner: DynaBoa, images: int, form: str = "webcam") -> list[Learning]:
    return [learner.learn(image(k, form))[1] for k in range(images)]


def motion_between(small: Hmr, now: Seen, then: Seen, joints: slice) -> float:
    points = [look(small, seen.crop, hmr.body(0)).points[:, joints] for seen in (now, then)]
    return float(motion_loss(points[0], now.keypoints, points[1], then.keypoints))


@pytest.mark.parametrize(("form", "first"), [("webcam", 5), ("internet", 6)])
def test_motion_is_counted_from_image_1_live_one_image_earlier_than_in_files(
    form: str, first: int
) -> None:
    """Live t-4 and from image 5 on; in files t-5 and from image 6 on."""
    make = {"webcam": webcam, "internet": internet}[form]
    weights = {k: w for k, w in make().weights.items() if k not in ("teacher", "labelled")}
    still = make(weights=weights, rate=0.0, fast_rate=0.0, dynamic=False)
    told = learnt(boa(still), first + 1, form)
    assert ["motion" in t.evaluations[1] for t in told] == [False] * first + [True]
    right = motion_between(net(), image(first, form), image(1, form), still.joints)
    assert told[first].evaluations[1]["motion"] == pytest.approx(right, rel=1e-5)


def test_images_are_kept_for_one_interval_only() -> None:
    learner = boa(replace(webcam(interval=2), dynamic=False))
    learnt(learner, 5)
    assert len(learner._history) == 3


def test_a_net_that_settles_at_once_is_left_alone() -> None:
    (told,) = learnt(boa(webcam(settled=1.0)), 1)
    assert (told.steps, len(told.changes), len(told.evaluations)) == (0, 1, 2)


def test_steps_end_one_above_the_limit() -> None:
    (told,) = learnt(boa(webcam(settled=-1.0, most_steps=3)), 1)
    assert (told.steps, len(told.changes), len(told.evaluations)) == (4, 4, 5)


def test_each_inner_step_goes_on_from_the_one_before() -> None:
    (told,) = learnt(boa(webcam(inner_steps=3, fast_rate=1e-4, dynamic=False)), 1)
    assert [e["upper"] for e in told.evaluations] == [0, 0, 0, 1]
    totals = [e["total"] for e in told.evaluations[:3]]
    assert totals[0] > totals[1] > totals[2]


def test_a_net_as_it_is_read_from_a_checkpoint_learns() -> None:
    """Such a net is made for looking only."""
    small = net().requires_grad_(False)
    learnt(boa(webcam(dynamic=False), small=small), 1)
    assert not torch.equal(small.fc1.weight, net().fc1.weight)


def test_the_copy_is_thrown_away() -> None:
    learner = boa(webcam(rate=0.0, fast_rate=1e-3, dynamic=False))
    before, _ = learner.learn(image(0))
    again = look(net(), image(0).crop, hmr.body(0))
    torch.testing.assert_close(before.estimate.rotations, again.estimate.rotations)


def test_without_two_levels_a_step_of_adam_on_the_frame_is_all() -> None:
    """Neither more steps nor a teacher: both belong to the two levels."""
    small, options = net(), webcam(bilevel=False)
    learner = boa(options, small=small)
    (told,) = learnt(learner, 1)
    assert told.evaluations[0].keys() == {"upper", "total", "joints", "shape", "pose"}
    assert (len(told.evaluations), told.changes, told.steps) == (1, [], 0)
    moved = (small.fc1.weight - net().fc1.weight).detach().abs().max()
    assert float(moved) == pytest.approx(options.rate, rel=0.05)
    torch.testing.assert_close(learner.teacher.fc1.weight, net().fc1.weight, rtol=0, atol=0)


def test_the_teacher_follows_each_step_by_nine_tenths() -> None:
    small = net()
    learner = boa(webcam(dynamic=False), small=small)
    learnt(learner, 1)
    begun = net().fc2.weight
    expected = 0.1 * begun + 0.9 * small.fc2.weight
    torch.testing.assert_close(learner.teacher.fc2.weight, expected, rtol=0, atol=1e-9)


def sample(number: int) -> Labelled:
    made = torch.Generator().manual_seed(100 + number)
    points = torch.rand(1, 49, 3, generator=made)
    points[..., 2] = (points[..., 2] > 0.3).float()
    seen = Seen(torch.rand(1, 3, 224, 224, generator=made), points)
    turns = torch.eye(3).expand(1, 24, 3, 3)
    return Labelled(seen, torch.rand(1, 24, 3, generator=made), turns, torch.zeros(1, 10))


def drawing(at_once: int = 1) -> Retrieval:
    return Retrieval(torch.ones(1, 2048), [range(6)], sample, 22, at_once)


def test_a_sample_is_drawn_for_every_evaluation_by_pythons_own_generator() -> None:
    retrieval = drawing()
    (told,) = learnt(boa(internet(settled=-1.0, most_steps=2), retrieval), 1, "internet")
    theirs = random.Random(22)
    assert retrieval.picked == [theirs.sample(list(range(6)), 1)[0] for _ in told.evaluations]
    assert all("labelled" in e for e in told.evaluations)


def test_several_samples_count_as_their_mean() -> None:
    retrieval = drawing(at_once=2)
    (told,) = learnt(boa(internet(dynamic=False), retrieval), 1, "internet")
    assert len(retrieval.picked) == 2 * len(told.evaluations)
    alone = []
    for number in retrieval.picked[:2]:
        one = sample(number)
        with torch.no_grad():
            looked = Looked.at(net()(one.seen.crop), hmr.body(0))
        alone.append(float(labelled_loss(looked, one)))
    assert told.evaluations[0]["labelled"] == pytest.approx(np.mean(alone), rel=1e-5)


def test_joints_unseen_in_the_image_of_a_sample_do_not_count_in_space() -> None:
    one = sample(3)
    with torch.no_grad():
        looked = Looked.at(net()(one.seen.crop), hmr.body(0))
    unseen = int(torch.nonzero(one.seen.keypoints[0, 29:, 2] == 0)[0]) + 4
    elsewhere = one.joints.clone()
    elsewhere[:, unseen] += 5
    far = replace(one, joints=elsewhere)
    assert float(labelled_loss(looked, far)) == float(labelled_loss(looked, one))


@pytest.mark.parametrize(
    ("given", "lower", "upper"),
    [
        ({}, {"joints", "shape", "pose"}, {"joints", "shape", "pose", "teacher"}),
        ({"use_temporal_losses_lower": 1}, {"joints", "shape", "pose", "teacher"}, None),
        ({"use_frame_losses_upper": 0}, None, {"teacher"}),
        ({"use_meanteacher": 0}, None, {"joints", "shape", "pose"}),
        (
            {"upper_level_mixtrain": 0, "retrieval": 1},
            {"joints", "shape", "pose", "labelled"},
            None,
        ),
    ],
)
def test_switches_choose_terms(given: dict[str, Any], lower: Any, upper: Any) -> None:
    options = read_options("internet", {"retrieval": 0, "dynamic_boa": 0, **given})
    retrieval = drawing() if given.get("retrieval") else None
    (told,) = learnt(boa(options, retrieval), 1, "internet")
    terms = [set(e) - {"upper", "total"} for e in told.evaluations]
    assert lower is None or terms[0] == lower
    assert upper is None or terms[1] == upper


def test_the_total_is_the_weighted_sum() -> None:
    options = read_options("webcam", {"s2dloss_weight": 3, "dynamic_boa": 0, "interval": 1})
    for told in learnt(boa(options), 3):
        for e in told.evaluations:
            parts = [options.weights[t] * v for t, v in e.items() if t not in ("upper", "total")]
            assert e["total"] == pytest.approx(sum(parts), rel=1e-5)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"batch_size": 2}, "one at a time"),
        ({"use_frame_losses_lower": 0, "retrieval": 0}, "nothing to learn from"),
    ],
)
def test_settings_that_cannot_be_followed_are_refused(given: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        read_options("internet", given)


SETTINGS: list[tuple[str, dict[str, Any]]] = [
    ("webcam", {"interval": 1, "optim_steps": 1, "cos_sim_threshold": 1e-7}),
    ("webcam", {"use_boa": 0, "dynamic_boa": 0}),
    ("internet", {"sample_num": 2, "inner_step": 2, "use_temporal_losses_lower": 1, "seed": 5}),
    ("internet", {"retrieval": 0, "use_meanteacher": 0, "interval": 1, "dynamic_boa": 0}),
]


@pytest.mark.parametrize(("form", "given"), SETTINGS, ids=str)
def test_a_trace_with_any_settings_can_be_compared(form: str, given: dict[str, Any]) -> None:
    case = Case(f"dynaboa_{form}", made(form, given, net(), 2))
    checks = trace.compare(case, net=net())
    assert {"rotmat", "joints", "steps", "seq total", "pnorm"} <= {check.name for check in checks}
    assert failures(checks) == {}


@cache
def plain_trace(form: str) -> Golden:
    given = {"interval": 2, "dynamic_boa": 0, "retrieval": 0, "fastlr": 1e-4}
    return made(form, given, net(), 3)


@pytest.mark.parametrize(
    ("form", "broken", "array"),
    [
        ("internet", TeacherFirst, "seq teacher"),
        ("webcam", TeacherFirst, "seq teacher"),
        ("webcam", StepFromTheCopy, "pnorm"),
        ("webcam", OldImage, "seq motion"),
    ],
)
def test_what_breaks_the_loop_is_noticed(form: str, broken: type[DynaBoa], array: str) -> None:
    case = Case(f"dynaboa_{form}", plain_trace(form))
    assert array in failures(trace.compare(case, broken, net()))
