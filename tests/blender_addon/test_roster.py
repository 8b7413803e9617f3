"""Who is listed: those who are there, and for a while those who were."""

from blender_addon.stream.roster import KEEP_S, Person, Roster
from livemocap.messages import TRACK_OBSERVED, TRACK_PREDICTED

ANNA, BOB = Person(1, TRACK_OBSERVED, 0.9), Person(7, TRACK_OBSERVED, 0.8)


def test_somebody_who_left_stays_listed_for_a_while() -> None:
    roster = Roster()
    roster.update([BOB, ANNA], 10.0)
    (anna, bob) = roster.update([ANNA], 10.1)
    assert (anna.person, bob.person) == (ANNA, BOB)
    assert not bob.is_gone, "one frame without them is no leaving"
    anna, bob = roster.update([ANNA], 13.0)
    assert bob.is_gone
    assert bob.unseen_s == 3.0
    assert (anna.is_gone, anna.unseen_s) == (False, 0.0)
    assert [each.person for each in roster.update([ANNA], 10.1 + KEEP_S)] == [ANNA]
    assert [each.is_gone for each in roster.update([ANNA, BOB], 20.0)] == [False, False]


def test_who_is_guessed_is_there_but_unseen() -> None:
    roster = Roster()
    roster.update([ANNA], 1.0)
    (anna,) = roster.update([Person(1, TRACK_PREDICTED, 0.5)], 1.5)
    assert (anna.is_gone, anna.unseen_s, anna.person.score) == (False, 0.5, 0.5)
