"""Numbers about ids where the answer can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from overlaps_made import overlaps_of, random_overlaps

from tracking.evaluate.clear import count_clear
from tracking.evaluate.errors import EvaluationError
from tracking.evaluate.hota import count_hota
from tracking.evaluate.identity import count_identity
from tracking.evaluate.overlaps import Overlaps
from tracking.evaluate.reid import count_reid

CROSSED = overlaps_of([{0: 0, 1: 1}] * 10 + [{0: 1, 1: 0}] * 10, people=2)


def test_everything_right_is_everything() -> None:
    overlaps = overlaps_of([{0: 0, 1: 1}] * 5, people=2)
    hota, identity, (clear, on_person) = (
        count_hota(overlaps), count_identity(overlaps), count_clear(overlaps)
    )  # fmt: skip
    assert (hota.hota == 1).all()
    assert (identity.f1, clear.mota, clear.motp) == (1, 1, 1)
    assert (clear.switches, clear.fragments, clear.mostly_tracked) == (0, 0, 2)
    np.testing.assert_array_equal(on_person, [[0, 1]] * 5)


def test_ids_exchanged_half_way_cost_what_the_papers_say() -> None:
    hota = count_hota(CROSSED)
    np.testing.assert_allclose(hota.det_a, 1)
    np.testing.assert_allclose(hota.ass_a, 10 / 30)  # shared / either's
    np.testing.assert_allclose(hota.hota, np.sqrt(1 / 3))
    assert count_identity(CROSSED).f1 == 0.5
    clear, _ = count_clear(CROSSED)
    assert (clear.switches, clear.fragments, clear.mota) == (2, 0, 38 / 40)


def test_a_track_that_pauses_is_a_fragment_and_no_switch() -> None:
    clear, on_person = count_clear(overlaps_of([{0: 0}] * 4 + [{}] * 2 + [{0: 0}] * 4, people=1))
    assert (clear.switches, clear.missed, clear.false) == (0, 2, 0)
    assert on_person[:, 0].tolist() == [0] * 4 + [-1] * 2 + [0] * 4


def test_a_pause_beside_somebody_else_is_a_fragment() -> None:
    frames = [{0: 0, 1: 1}] * 4 + [{1: 1}] * 2 + [{0: 0, 1: 1}] * 4
    clear, _ = count_clear(overlaps_of(frames, people=2))
    assert (clear.switches, clear.fragments) == (0, 1)


def test_a_ghost_is_false_and_lowers_precision() -> None:
    overlaps = overlaps_of([{0: 0, -1: 1}] * 6, people=1)
    identity, (clear, _) = count_identity(overlaps), count_clear(overlaps)
    assert (clear.false, clear.mota) == (6, 0)
    assert (identity.precision, identity.recall) == (0.5, 1)


@pytest.mark.parametrize(("likeness", "alphas"), [(0.62, 12), (0.33, 6), (0.97, 19)])
def test_a_loose_fit_counts_up_to_its_likeness(likeness: float, alphas: int) -> None:
    hota = count_hota(overlaps_of([{0: 0}] * 6, people=1, likeness=likeness))
    np.testing.assert_array_equal(hota.hota, [1] * alphas + [0] * (19 - alphas))
    np.testing.assert_allclose(hota.loc_a[:alphas], likeness)


def test_numbering_and_order_do_not_matter() -> None:
    overlaps, rng = random_overlaps(3), np.random.default_rng(0)
    people = rng.permutation(len(overlaps.person_ids))
    tracks = rng.permutation(len(overlaps.track_ids))
    frames = [
        (rng.permutation(len(p)), rng.permutation(len(t)))
        for p, t in zip(overlaps.people, overlaps.tracks, strict=True)
    ]
    other = Overlaps(
        [people[p[a]] for p, (a, _) in zip(overlaps.people, frames, strict=True)],
        [tracks[t[b]] for t, (_, b) in zip(overlaps.tracks, frames, strict=True)],
        [s[np.ix_(a, b)] for s, (a, b) in zip(overlaps.likeness, frames, strict=True)],
        overlaps.person_ids,
        overlaps.track_ids,
    )
    np.testing.assert_allclose(count_hota(overlaps).hota, count_hota(other).hota)
    assert count_identity(overlaps) == count_identity(other)


def test_counts_of_a_scenario_and_itself_give_the_same_numbers() -> None:
    hota, identity = count_hota(CROSSED), count_identity(CROSSED)
    clear, _ = count_clear(CROSSED)
    np.testing.assert_allclose((hota + hota).hota, hota.hota)
    assert (identity + identity).f1 == identity.f1
    assert ((clear + clear).mota, (clear + clear).switches) == (clear.mota, 4)


def test_nobody_and_nothing_are_no_division_by_zero() -> None:
    overlaps = overlaps_of([{}] * 3, people=0)
    assert (count_hota(overlaps).hota == 0).all()
    assert count_identity(overlaps).f1 == 0
    clear, on_person = count_clear(overlaps)
    assert (clear.mota, clear.mostly_lost, on_person.shape) == (0, 0, (3, 0))


def test_an_id_twice_in_a_frame_is_refused() -> None:
    with pytest.raises(EvaluationError, match="frame 1: track 7 is there twice"):
        Overlaps(
            [np.array([0])] * 2,
            [np.array([0]), np.array([0, 0])],
            [np.ones((1, 1)), np.ones((1, 2))],
            np.array([0]),
            np.array([7]),
        )


@pytest.mark.parametrize(
    ("gap_s", "name"), [(0.07, None), (0.3, "0.2-0.5"), (0.8, "0.5-1"), (2, "1-3"), (4, ">3")]
)
@pytest.mark.parametrize("same", [True, False])
def test_a_return_is_judged_by_the_length_of_the_gap(
    gap_s: float, name: str | None, same: bool
) -> None:
    times_s = np.arange(0, 10, 0.05)
    seen = ((times_s < 3) | (times_s > 3 + gap_s))[:, None]
    on_person = np.where(seen, np.where(times_s < 3, 4, 4 if same else 5)[:, None], -1)
    tally = count_reid(times_s, seen, seen, on_person)
    assert tally.counts == ({} if name is None else {name: 1})
    assert name is None or tally.mean(name) == same


def test_the_id_of_most_frames_after_a_gap_decides() -> None:
    times_s = np.arange(0, 4, 0.1)
    seen = ((times_s < 1) | (times_s > 1.55))[:, None]
    on_person = np.where(seen, 2, -1)
    on_person[16:19] = 9  # three of ten
    assert count_reid(times_s, seen, seen, on_person).mean("0.5-1") == 1
    on_person[16:23] = 9
    assert count_reid(times_s, seen, seen, on_person).mean("0.5-1") == 0
