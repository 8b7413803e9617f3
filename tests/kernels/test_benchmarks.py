from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[1] / "bench"
KERNELS = Path(__file__).parents[2] / "kernels"


def run(script: str, *arguments: str, cache: Path) -> str:
    environment = {**os.environ, "TRITON_CACHE_DIR": str(cache), "OMP_NUM_THREADS": "2"}
    command = [sys.executable, str(BENCH / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(find_spec("triton") is None, reason="Triton has no wheels for this system")
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("dtype", ["fp32", "fp16", "bf16"])
def test_every_kernel_compiles_for_an_h200_without_spilling(dtype: str, tmp_path: Path) -> None:
    table = run("compile_kernels.py", "--arch", "90", "--dtype", dtype, cache=tmp_path)
    folders = [path.parent.name for path in KERNELS.glob("*/fused.py")]
    assert len(folders) == 8
    for kernel in folders:
        assert f"| {kernel} |" in table


@pytest.mark.skipif(find_spec("triton") is None, reason="Triton has no wheels for this system")
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_benchmark_runs_under_the_interpreter_and_says_so(tmp_path: Path) -> None:
    table = run("kernels.py", "--device", "cpu", "--interpret", "--dtype", "fp16", cache=tmp_path)
    assert "times mean nothing" in table
    assert "all cases match" in table
