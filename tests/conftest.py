"""For all tests: threads of OpenMP that have nothing to do sleep.

By default they spin for a while, and where other programs want the cores too, such as on a busy
machine, every torch operation then takes several times as long.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is imported
