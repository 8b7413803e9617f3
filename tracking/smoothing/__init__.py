"""Poses without jitter: the 55 rotations of everybody and their faces, in three modes.

`live` has no look-ahead, `broadcast` a small fixed one, `bake` sees the whole take. Places pass
through untouched. Rotations are unit quaternions, averaged where they lie, in R^4, and brought back
to length 1: a step along a chord stays on the great arc between two rotations, turning camera or
person turns every result the same way, and it costs a few sums.
"""
