"""What tracks are worth, where the truth is known: ids, poses, jitter, delay.

Counts of several scenarios can be added, so that a total weighs every frame the same. One family of
numbers a file: `hota`, `identity`, `clear`, `reid`, `motion`, `lag`. `scoring` brings them
together; `mot_files`, `bench_files` and `take_files` read what they are computed from.
"""
