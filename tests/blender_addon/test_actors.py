"""Who moves which character, when people and ids come and go."""

from __future__ import annotations

import numpy as np
import pytest

from blender_addon.rigs.actors import Casting, Rule, Seen, Wish

HERO, ROBOT = 11, 12


def people(**x_m: float) -> dict[int, Seen]:
    """By id, `p3=1.5` stands 1.5 m to the right of the middle."""
    return {int(name[1:]): Seen(place=np.array([x, 0.9, 0.0]), across=x) for name, x in x_m.items()}


def wish(track_id: int | None = None, rule: Rule = Rule.NEAREST, **more) -> Wish:
    return Wish(stands=np.zeros(3), rule=rule, track_id=track_id, **more)


def test_a_character_follows_the_person_it_was_given_wherever_they_go() -> None:
    casting, wishes = Casting(), {HERO: wish(1), ROBOT: wish(2)}
    for t_s in np.arange(0, 3, 0.1):
        seen = people(p1=-1 + t_s, p2=1 - t_s, p3=0.0)
        assert casting.step(seen, wishes, t_s) == {HERO: 1, ROBOT: 2}


def test_a_changed_id_near_by_is_the_same_person() -> None:
    casting, wishes = Casting(), {HERO: wish(1), ROBOT: wish(2)}
    casting.step(people(p1=-1.0, p2=1.0), wishes, 0.0)
    assert casting.step(people(p2=1.0), wishes, 0.1) == {ROBOT: 2}
    assert casting.step(people(p2=1.0, p7=-0.8), wishes, 0.2) == {HERO: 7, ROBOT: 2}
    assert casting.step(people(p8=1.2, p7=-0.8), wishes, 0.3) == {HERO: 7, ROBOT: 8}


def test_two_ids_changed_at_once_go_to_whom_they_are_nearest() -> None:
    casting, wishes = Casting(), {HERO: wish(1), ROBOT: wish(2)}
    casting.step(people(p1=-0.3, p2=0.3), wishes, 0.0)
    assert casting.step(people(p5=0.35, p6=-0.1), wishes, 0.1) == {HERO: 6, ROBOT: 5}


def test_somebody_who_stood_beside_is_not_the_lost_person() -> None:
    casting, wishes = Casting(), {HERO: wish(1)}
    casting.step(people(p1=0.0, p2=0.3), wishes, 0.0)
    assert casting.step(people(p2=0.1), wishes, 0.1) == {}
    assert casting.step(people(p2=0.1, p9=0.4), wishes, 0.2) == {HERO: 9}


def test_a_predicted_ghost_does_not_keep_the_new_id_away() -> None:
    casting, wishes = Casting(), {HERO: wish(1)}
    casting.step(people(p1=0.0), wishes, 0.0)
    ghost = Seen(place=np.zeros(3), observed=False)
    assert casting.step({1: ghost} | people(p2=0.1), wishes, 0.1) == {HERO: 1}
    assert casting.step(people(p2=0.1), wishes, 0.2) == {HERO: 2}


def test_somebody_too_far_away_is_not_the_lost_person_yet() -> None:
    casting, wishes = Casting(), {HERO: wish(1)}
    casting.step(people(p1=0.0), wishes, 0.0)
    assert casting.step(people(p2=5.0), wishes, 0.5) == {}
    assert casting.step(people(p2=5.0), wishes, 4.0) == {HERO: 2}


def test_this_id_waits_for_the_very_same_id() -> None:
    casting, wishes = Casting(), {HERO: wish(1, Rule.THIS_ID)}
    casting.step(people(p1=0.0), wishes, 0.0)
    casting.restart()
    assert casting.step(people(p2=0.0), wishes, 60.0) == {}
    assert casting.step(people(p1=3.0, p2=0.0), wishes, 61.0) == {HERO: 1}


def test_one_person_moves_one_character_unless_it_shares() -> None:
    seen = people(p1=0.0)
    assert Casting().step(seen, {HERO: wish(1), ROBOT: wish(1)}, 0.0) == {HERO: 1}
    for sharer, other in ((HERO, ROBOT), (ROBOT, HERO)):
        both = {HERO: wish(1), ROBOT: wish(1)} | {sharer: wish(1, shares=True)}
        assert Casting().step(seen, both, 0.0) == {sharer: 1, other: 1}


def test_whom_a_user_gives_away_is_taken_from_the_rule_that_found_them() -> None:
    casting = Casting()
    casting.step(people(p1=0.0), {HERO: wish(1), ROBOT: wish(rule=Rule.NOBODY)}, 0.0)
    casting.step(people(p4=0.0), {HERO: wish(1), ROBOT: wish(rule=Rule.NOBODY)}, 0.1)
    given = {HERO: wish(1), ROBOT: wish(4)}
    assert casting.step(people(p4=0.0), given, 0.2) == {ROBOT: 4}


def test_a_given_person_who_comes_a_little_later_is_waited_for() -> None:
    casting, wishes = Casting(), {HERO: wish(1)}
    assert casting.step(people(p2=0.0), wishes, 0.0) == {}
    assert casting.step(people(p1=2.0, p2=0.0), wishes, 0.5) == {HERO: 1}


def test_a_given_person_who_never_comes_is_found_by_the_rule() -> None:
    casting = Casting()
    wishes = {HERO: Wish(stands=np.array([2.0, 0, 0]), track_id=1)}
    assert casting.step(people(p5=0.0, p6=1.8), wishes, 0.0) == {}
    assert casting.step(people(p5=0.0, p6=1.8), wishes, 2.5) == {HERO: 6}


def test_left_to_right_gives_people_in_the_order_of_the_picture() -> None:
    casting = Casting()
    wishes = {HERO: wish(rule=Rule.LEFT_TO_RIGHT), ROBOT: wish(rule=Rule.LEFT_TO_RIGHT)}
    assert casting.step(people(p5=1.0), wishes, 0.0) == {HERO: 5}
    seen = people(p5=1.0, p9=-1.0)
    assert casting.step(seen, wishes, 0.1) == {HERO: 9, ROBOT: 5}, "who comes at once is sorted in"
    casting.step(seen, wishes, 2.0)
    crossed = people(p5=-1.0, p9=1.0)
    assert casting.step(crossed, wishes, 4.0) == {HERO: 9, ROBOT: 5}, "crossing changes nothing"
    assert casting.step(people(p9=1.0, p3=0.0), wishes, 4.1) == {HERO: 9, ROBOT: 3}


def test_after_a_restart_places_tell_who_is_who() -> None:
    casting, wishes = Casting(), {HERO: wish(1), ROBOT: wish(2)}
    casting.step(people(p1=-1.0, p2=1.0), wishes, 0.0)
    casting.restart()
    assert casting.step(people(p1=0.9, p2=-1.1), wishes, 2.0) == {HERO: 2, ROBOT: 1}


def test_swapped_wishes_swap_people_at_once() -> None:
    casting, seen = Casting(), people(p1=-1.0, p2=1.0)
    casting.step(seen, {HERO: wish(1), ROBOT: wish(2)}, 0.0)
    assert casting.step(seen, {HERO: wish(2), ROBOT: wish(1)}, 0.1) == {HERO: 2, ROBOT: 1}


def test_nobody_and_characters_that_are_gone_hold_no_one() -> None:
    casting, seen = Casting(), people(p1=0.0)
    assert casting.step(seen, {HERO: wish(1)}, 0.0) == {HERO: 1}
    assert casting.step(seen, {HERO: wish(rule=Rule.NOBODY), ROBOT: wish()}, 0.1) == {ROBOT: 1}
    assert casting.step(seen, {HERO: wish()}, 0.2) == {HERO: 1}


@pytest.mark.parametrize("rule", list(Rule))
def test_an_empty_stage_is_no_trouble(rule: Rule) -> None:
    casting = Casting()
    assert casting.step({}, {HERO: wish(1, rule)}, 0.0) == {}
    assert casting.step({}, {}, 1.0) == {}
