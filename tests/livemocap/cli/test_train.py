import csv
import signal
import time
from pathlib import Path

import pytest
from commands import livemocap, started
from motion_files import write_rig_bvh
from rigs_made import made_rig

SMALL = ("--channels", 16, "--people", 2, "--threads", 1)


@pytest.fixture(scope="module")
def motion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("motion")
    for name in ("a", "b"):
        write_rig_bvh(folder / f"{name}.bvh", made_rig())
    return folder


def steps(out: Path) -> list[int]:
    with (out / "curve.csv").open() as file:
        return [int(row["step"]) for row in csv.DictReader(file)]


def test_killed_it_goes_on_from_its_last_checkpoint_and_leaves_weights(
    motion: Path, tmp_path: Path
) -> None:
    out, checkpoint = tmp_path / "out", tmp_path / "out" / "checkpoint.pt"
    command = ("train", "lifter", "--motion", motion, "--out", out, "--held-out", "b", *SMALL)
    with started(*command, "--minutes", 10, "--save-every", 0.5, log=tmp_path / "log") as process:
        deadline_s = time.monotonic() + 90
        while not checkpoint.exists() and time.monotonic() < deadline_s:
            time.sleep(0.1)
        time.sleep(1.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert checkpoint.exists()
    done = livemocap(*command, "--minutes", 0.001, timeout_s=150)
    assert done.returncode == 0, done.stderr
    going_on = int(done.stdout.split("going on from step ")[1].split()[0])
    assert going_on > 0
    assert steps(out)[-1] == going_on
    assert len(steps(out)) >= 2
    assert (out / "lifter.onnx").stat().st_size < 4e6
    assert "held out: b" in done.stdout.lower()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--motion", "nowhere"], "no .bvh files"),
        (["--held-out", "zebra"], "expected one of each"),
        (["--held-out", "a,b"], "expected one of each"),
    ],
)
def test_what_cannot_be_trained_on_is_said_in_one_line(
    motion: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    usual = [] if "--motion" in arguments else ["--motion", motion]
    failed = livemocap("train", "lifter", "--out", tmp_path / "out", *usual, *arguments)
    assert failed.returncode == 2
    assert said in failed.stderr
    assert failed.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "wish", [("--steps", 0), ("--people", 0), ("--channels", 0), ("--minutes", "nan")], ids=str
)
def test_a_training_of_nothing_is_refused(
    motion: Path, tmp_path: Path, wish: tuple[str, object]
) -> None:
    failed = livemocap("train", "lifter", "--motion", motion, "--out", tmp_path / "out", *wish)
    assert failed.returncode == 2
    assert f"argument {wish[0]}: '{wish[1]}', expected a number" in failed.stderr


def test_a_comma_at_the_end_names_no_clip(motion: Path, tmp_path: Path) -> None:
    command = ("train", "lifter", "--motion", motion, "--out", tmp_path, "--held-out", "b,")
    done = livemocap(*command, *SMALL, "--steps", 1, timeout_s=150)
    assert done.returncode == 0, done.stderr
    assert "learning from a; held out: b" in done.stdout


def test_a_folder_that_cannot_be_made_is_noticed_at_once(motion: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file" / "out"
    failed = livemocap("train", "lifter", "--motion", motion, "--out", out, *SMALL)
    assert (failed.returncode, "no folder can be made" in failed.stderr) == (2, True)


def test_help_shows_how() -> None:
    shown = livemocap("train", "lifter", "--help").stdout
    assert "examples:" in shown
    assert "--minutes 2" in shown
