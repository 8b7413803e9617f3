"""From the decoded people of an image to those a job writes."""

from __future__ import annotations

import dataclasses

import numpy as np
from aios_job_people import SeenPeople
from aios_reference import golden

from inference.aios import postprocess
from inference.aios.jobs.looking import Outcome, Watcher, look
from inference.aios.jobs.people import People
from inference.aios.jobs.sources import Picture

SIZE = (750, 1333)
IMAGE = np.zeros((90, 160, 3), np.uint8)


class Listener(Watcher):
    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.done: list[int] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def update(self, done: int, note: str = "") -> None:
        self.done.append(done)


def decoded(scores: list[float]) -> People:
    return SeenPeople(scores).look(IMAGE)


def test_values_are_those_of_the_published_post_processing() -> None:
    arrays = golden("postproc")
    names = [name for name in arrays if name.startswith("person0_")]
    firsts = np.sort(np.unique(arrays["topk50_idx"][0] // 2, return_index=True)[1])
    reference = {name.removeprefix("person0_"): arrays[name][firsts] for name in names}
    one = {name.removeprefix("person0_"): arrays[name] for name in names}
    people = People.decoded({**one, "person": arrays["topk50_idx"][0] // 2}, SIZE)
    parts = ("root_pose", "body_pose", "lhand_pose", "rhand_pose", "jaw_pose")
    pose = np.concatenate([reference[f"smplx_{part}"] for part in parts], -1)
    np.testing.assert_array_equal(people.pose, pose)
    np.testing.assert_array_equal(people.transl, reference["cam_trans"])
    np.testing.assert_array_equal(people.boxes, reference["body_bbox"])
    np.testing.assert_array_equal(people.betas, reference["smplx_shape"])
    np.testing.assert_array_equal(people.expression, reference["smplx_expr"])


def test_a_person_who_comes_through_both_classes_is_kept_once_with_the_better_score() -> None:
    network = SeenPeople([0.9, 0.5])
    out = network.outputs(SIZE)
    out["pred_logits"][0, 0, 0] = np.log(0.6 / 0.4)
    (twice,) = postprocess(out, [SIZE])
    assert twice["person"][:3].tolist() == [0, 0, 1]
    people = People.decoded(twice, SIZE).above(0.4)
    np.testing.assert_allclose(people.scores, [0.9, 0.5], atol=1e-6)


def test_people_come_best_first_down_to_the_threshold() -> None:
    people = decoded([0.2, 0.9, 0.5])
    np.testing.assert_allclose(people.above(0.3).scores, [0.9, 0.5], atol=1e-6)
    assert len(people.above(0.95)) == 0
    assert len(people.above(0.0)) == len(people)


def test_a_score_that_is_no_number_ends_the_list() -> None:
    people = decoded([0.9, 0.8])
    people.scores[1] = np.nan
    assert len(people.above(0.1)) == 1


def pictures(*names: str) -> list[Picture]:
    return [Picture(name, f"{name}.png", IMAGE, IMAGE.shape[1]) for name in names]


def test_unreadable_and_impossible_images_are_named_counted_and_skipped() -> None:
    thin = np.zeros((1, 5000, 3), np.uint8)
    some = [
        *pictures("a"),
        Picture("b", "b.png", None, 0),
        Picture("c", "c.png", thin, 5000),
        *pictures("d"),
    ]
    outcome, listener, network = Outcome(), Listener(), SeenPeople([0.9])
    found = list(look(some, network, threshold=0.5, batch=3, outcome=outcome, watcher=listener))
    assert [(p.name, people is None) for p, people in found] == [
        ("a", False), ("b", True), ("c", True), ("d", False),
    ]  # fmt: skip
    assert outcome.images == 2
    assert outcome.skipped == ["b.png", "c.png"]
    assert [text.split(":")[0] for text in listener.warnings] == ["b.png", "c.png"]
    assert "cannot be decoded" in listener.warnings[0]
    assert listener.done[-1] == 4


def test_images_are_looked_at_in_batches() -> None:
    network = SeenPeople([0.9])
    some = pictures(*"abcdefg")
    list(look(some, network, threshold=0.5, batch=3, outcome=Outcome(), watcher=Watcher()))
    assert network.batches == [3, 3, 1]


def test_people_with_numbers_that_are_none_are_left_out_and_told_of() -> None:
    def network(images: list[np.ndarray]) -> list[People]:
        people = decoded([0.9, 0.8])
        transl = people.transl.copy()
        transl[0, 2] = np.inf
        return [dataclasses.replace(people, transl=transl) for _ in images]

    listener = Listener()
    ((_, people),) = look(
        pictures("a"), network, threshold=0.5, batch=1, outcome=Outcome(), watcher=listener
    )
    assert people is not None
    np.testing.assert_allclose(people.scores, [0.8], atol=1e-6)
    assert "1 people" in listener.warnings[0]
