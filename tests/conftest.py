"""For all tests: what must be in the environment before torch and Triton are imported.

OpenMP's threads that have nothing to do sleep: by default they spin for a while, and where other
programs want the cores too, such as on a busy machine, every torch operation then takes several
times as long. Without a GPU Triton interprets its kernels; its own functions, too, choose how to
run when they are first imported, by whichever test that is. How fast Hypothesis makes up examples
tells how busy the machine is, and fails no test.
"""

import os
from pathlib import Path

from hypothesis import HealthCheck, settings

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
if not Path("/dev/nvidiactl").exists():
    os.environ["TRITON_INTERPRET"] = "1"

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
