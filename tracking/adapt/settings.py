"""When adaptation works, and when it lets go. Times, never counts of images."""

from __future__ import annotations

LOOK_S = 0.1
"""Least time between two looks at the people of one camera."""
LEAST_SCORE, LEAST_SURE, LEAST_POINTS = 0.5, 0.5, 8
"""A look counts if the person is this surely one and so many points are seen this surely."""
WORTH = 0.7
"""Mean distance of points from where they should be, in solve.POINT_M, from which on it pays."""
HELD_LOOKS = 5
"""Looks in a row that are as bad as that before anything is solved."""
FIRST_LOOKS, LOCK_LOOKS = 20, 60
"""Sightings before the first solution, and after which proportions are locked."""
AGAIN_S, AGAIN_LOCKED_S = 1.0, 3.0
"""Least time between two solutions for one person, before and after the lock."""
JUDGE_S = 0.8
"""Least time between two judgements of what is used."""
GAIN = 0.02
"""Share by which held-out keyframes must get better for a solution to be taken."""
TURNS_GAIN = 0.1
"""And by which turned joints must make them better still."""
LOSS = 0.03
"""And worse for it to be taken back."""
DECAY_S = 8.0
"""Time constant with which corrections of the pose fade unless they are found again."""
MOST_STEPS = 8
"""Gauss-Newton steps of one solution."""
