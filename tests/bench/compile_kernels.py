# ruff: noqa: E402 - where to import from, and that nothing is interpreted, has to be said first
"""Compile every kernel for a GPU that is not there, and print what the compiler made of it.

python tests/bench/compile_kernels.py [--arch 90] [--dtype fp32 fp16 bf16] [--kernel FOLDER]

Nothing runs: Triton translates each launch that AiOS makes down to machine code. Needs Triton's
own wheel (it brings NVIDIA's assembler), no driver. Exits with 1 if a kernel does not compile or
keeps registers in memory.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
os.environ.pop("TRITON_INTERPRET", None)

import kernel_cases
import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.runtime.driver import driver
from triton.runtime.jit import JITFunction

DTYPES = {"fp32": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
DUMP = Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"


class NoDevice:
    """Stands where Triton looks for the GPU; knows only which one to compile for."""

    def __init__(self, arch: int) -> None:
        self.target = GPUTarget("cuda", arch, 32)

    def get_current_target(self) -> GPUTarget:
        return self.target

    def get_current_device(self) -> int:
        return 0

    def get_current_stream(self, device: int) -> int:
        return 0


def collect_instead_of_launching(arch: int) -> list[Any]:
    """From now on launches only compile; what comes out is put into the list returned."""
    compiled: list[Any] = []

    def launch(kernel: Any, grid: Any) -> Any:
        return lambda *args, **options: compiled.append(
            kernel.run(*args, grid=grid, warmup=True, **options)
        )

    driver.set_active(NoDevice(arch))
    JITFunction.__getitem__ = launch
    return compiled


@dataclass(frozen=True)
class Built:
    """What the assembler says about a kernel."""

    registers: int
    spilled_bytes: int
    shared_bytes: int
    instructions: str
    """Which matrix instructions its PTX has, and how many of each."""


def inspect(kernel: Any) -> Built:
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(kernel.asm["cubin"])
        file.flush()
        command = [str(DUMP), "--dump-resource-usage", file.name]
        usage = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    number = {key: int(n) for key, n in re.findall(r"(REG|STACK|LOCAL):(\d+)", usage)}
    found = {name: kernel.asm["ptx"].count(name) for name in ("wgmma.mma_async", "mma.sync")}
    return Built(
        number["REG"],
        number["STACK"] + number["LOCAL"],
        kernel.metadata.shared,
        ", ".join(f"{count} {name.partition('.')[0]}" for name, count in found.items() if count),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shared", type=Path, help="not needed; accepted as by all benchmarks")
    parser.add_argument("--arch", type=int, default=90, help="compute capability, 90 is H100, H200")
    parser.add_argument("--dtype", nargs="+", choices=DTYPES, default=list(DTYPES))
    parser.add_argument("--kernel", nargs="+", help="only these, by folder name")
    args = parser.parse_args()
    print(f"compiled for sm_{args.arch} by Triton {triton.__version__}; nothing was run")
    print("| kernel | size | dtype | registers | spilled B | shared B | tensor-core instructions |")
    print("|---|---|---|---|---|---|---|")
    compiled = collect_instead_of_launching(args.arch)
    dtypes = [DTYPES[name] for name in args.dtype]
    spilled = 0
    for case in kernel_cases.cases(kernel_cases.NETWORK, "cpu", dtypes):
        if args.kernel and case.kernel not in args.kernel:
            continue
        case.fused()
        while compiled:
            built = inspect(compiled.pop())
            spilled += built.spilled_bytes
            print(
                f"| {case.kernel} | {case.size} | {str(case.dtype).partition('.')[2]} "
                f"| {built.registers} | {built.spilled_bytes} | {built.shared_bytes} "
                f"| {built.instructions or '-'} |",
                flush=True,
            )
    return 1 if spilled else 0


if __name__ == "__main__":
    sys.exit(main())
