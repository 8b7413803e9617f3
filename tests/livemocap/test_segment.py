"""Named memory between processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from livemocap.segment import (
    SegmentError,
    attach_segment,
    create_segment,
    parse_name,
    remove_stale_files,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
KINDS = ["memfd", "file"]


def child_with_segment(kind: str) -> tuple[subprocess.Popen[str], str]:
    """A process that made a segment, and the segment's name."""
    code = (
        "import sys; from livemocap.segment import create_segment\n"
        f"made = create_segment(8192, {kind!r}); made.memory[0] = 42\n"
        "print(made.name, flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    return child, child.stdout.readline().strip()


def kill(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    child.communicate()


@pytest.mark.parametrize("kind", KINDS)
def test_another_process_sees_what_was_written(kind: str) -> None:
    child, name = child_with_segment(kind)
    attached = attach_segment(name)
    assert attached.memory[0] == 42
    attached.close()
    child.communicate()


def test_a_killed_writer_leaves_no_memory_behind() -> None:
    child, name = child_with_segment("memfd")
    attached = attach_segment(name)
    assert len(holders(name)) == 2
    kill(child)
    with pytest.raises(SegmentError):
        attach_segment(name)
    attached.close()
    assert holders(name) == []


def holders(name: str) -> list[Path]:
    """Processes that still map the memory called `name`."""
    token = name.rpartition(":")[2]
    found = []
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            if token in maps.read_text():
                found.append(maps)
        except OSError:
            continue
    return found


def segment_file(name: str) -> Path:
    return Path(tempfile.gettempdir()) / parse_name(name)[1]


def test_the_file_of_a_killed_writer_is_removed_by_its_reader() -> None:
    child, name = child_with_segment("file")
    attached = attach_segment(name)
    kill(child)
    assert segment_file(name).exists()
    attached.close()
    assert not segment_file(name).exists()


def test_the_file_of_a_killed_writer_is_removed_by_the_next_one() -> None:
    child, name = child_with_segment("file")
    kill(child)
    create_segment(4096, "file").close()
    assert not segment_file(name).exists()


def test_cleaning_up_spares_the_files_of_living_writers() -> None:
    child, name = child_with_segment("file")
    remove_stale_files()
    attach_segment(name).close()
    assert segment_file(name).exists()
    child.communicate()
    remove_stale_files()


def test_a_closed_segment_is_gone() -> None:
    made = create_segment(4096, "file")
    made.close()
    with pytest.raises(SegmentError, match="gone"):
        attach_segment(made.name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "livemocap",
        "file:../../etc/passwd:100:0123456789abcdef",
        "file:/etc/passwd:100:0123456789abcdef",
        "memfd:self/../../etc:100:0123456789abcdef",
        "memfd:1/2/3:100:0123456789abcdef",
        "memfd:1/2:-1:0123456789abcdef",
        "posix:1/2:100:0123456789abcdef",
    ],
)
def test_a_name_from_outside_reaches_nothing_but_segments(name: str) -> None:
    with pytest.raises(SegmentError):
        parse_name(name)


def test_a_pipe_where_a_segment_should_be_is_refused() -> None:
    read, write = os.pipe()
    with pytest.raises(SegmentError):
        attach_segment(f"memfd:{os.getpid()}/{read}:4096:0123456789abcdef")
    os.close(read)
    os.close(write)
