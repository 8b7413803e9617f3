from __future__ import annotations

from figures import body_at, detection, standing

from inference.landmarks.accept import front_layer, in_the_way, own_landmarks, unclear_among
from inference.landmarks.followed import Followed
from inference.landmarks.sight import Sight


def expecting(x: float, known: bool = True) -> Sight:
    keypoints = standing(x, 200)
    person = Followed(1, 0.0, keypoints, body_at(keypoints)) if known else None
    return Sight(person, keypoints, (), detection(keypoints))


def test_everybody_keeps_their_own_landmarks() -> None:
    bodies = [body_at(standing(x, 200)) for x in (102, 148)]
    assert own_landmarks([expecting(100), expecting(150)], bodies) == [0, 1]


def test_landmarks_of_the_neighbour_are_refused() -> None:
    bodies = [body_at(standing(x, 200)) for x in (145, 148)]
    assert own_landmarks([expecting(100), expecting(150)], bodies) == [1]


def test_one_body_goes_to_whom_we_know() -> None:
    bodies = [body_at(standing(x, 200)) for x in (100, 104)]
    assert own_landmarks([expecting(100, known=False), expecting(104)], bodies) == [1]


def test_who_was_made_out_before_is_not_made_out_again() -> None:
    taken = [standing(100, 200)]
    assert own_landmarks([expecting(104)], [body_at(standing(103, 200))], taken) == []
    assert own_landmarks([expecting(160)], [body_at(standing(160, 200))], taken) == [0]


def test_what_could_not_be_seen_is_nobodys() -> None:
    assert own_landmarks([expecting(100)], [None]) == []
    assert own_landmarks([], []) == []


def test_mixed_up_landmarks_behind_clear_ones_are_unclear() -> None:
    sights = [expecting(100), expecting(115)]
    own = standing(115, 200)
    own[9:, :2] -= [40, 0]
    bodies = [body_at(standing(100, 200)), body_at(own)]
    assert unclear_among([0, 1], sights, bodies) == [1]
    assert unclear_among([1], sights, bodies) == []
    assert unclear_among([], [], []) == []


def test_only_people_who_overlap_stand_in_the_way() -> None:
    near, far = standing(120, 210), standing(600, 200)
    (fronts,) = in_the_way([expecting(100)], [far, near])
    assert [front[0, 0] for front in fronts] == [120]
    assert in_the_way([expecting(100)], []) == [[]]


def test_whom_we_know_is_looked_for_again_behind_who_was_made_out() -> None:
    sights = [expecting(100), expecting(112), expecting(108, known=False)]
    bodies = [body_at(standing(100, 200)) for _ in sights]
    front, behind = front_layer(sights, bodies, [])
    assert [sight for sight, _ in front] == [sights[0]]
    assert behind == [sights[1]]
