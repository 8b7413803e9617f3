import errno
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from lifter_made import SMALL, motions, random_frames, small_plan

from inference.lifting.train.losses import Blame, Weights
from inference.lifting.train.motion import TrainingError
from inference.lifting.train.net import AHEAD, Shape
from inference.lifting.train.report import draw_curve, write_curve, write_report
from inference.lifting.train.training import Training


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small nets are slower on several."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def training(**more: object) -> Training:
    return Training(small_plan(**more), motions(0, 1), motions(2))


def quiet(_now: Training) -> None:
    pass


def test_learning_lowers_the_error_on_motion_that_it_never_saw(tmp_path: Path) -> None:
    learning = training(steps=60, people=16, frames=8, rate=1e-2, shape=Shape(channels=32))
    before = learning._held_out.scores(learning.limbs_at)[0]
    learning.run(tmp_path / "c.pt", quiet)
    after = learning.history[-1].scores[0]
    assert after.direction_deg < 0.93 * before.direction_deg
    assert after.mpjpe_mm < 0.93 * before.mpjpe_mm


def test_stopped_and_gone_on_it_learns_what_it_would_have_learnt_at_one_go(tmp_path: Path) -> None:
    whole = training(steps=6)
    whole.run(tmp_path / "whole.pt", quiet)
    half = training(steps=6)

    def stop(now: Training) -> None:
        if now.step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        half.run(tmp_path / "half.pt", stop)
    rest = training(steps=6)
    rest.resume(tmp_path / "half.pt")
    assert rest.step == 3
    rest.run(tmp_path / "half.pt", quiet)
    frames = random_frames(2, 30)
    np.testing.assert_array_equal(rest.limbs_at(frames), whole.limbs_at(frames))
    assert [moment.step for moment in rest.history] == [3, 6]


def test_a_checkpoint_of_something_else_or_of_another_size_is_refused(tmp_path: Path) -> None:
    torch.save({"model_pos": {}}, tmp_path / "other.pt")
    (tmp_path / "cut.pt").write_bytes((tmp_path / "other.pt").read_bytes()[:100])
    for name in ("other.pt", "cut.pt"):
        with pytest.raises(TrainingError, match="--afresh"):
            training().resume(tmp_path / name)
    training().save(tmp_path / "small.pt")
    larger = training(shape=Shape(channels=32))
    with pytest.raises(TrainingError, match="another size"):
        larger.resume(tmp_path / "small.pt")


def test_a_full_disk_leaves_the_checkpoint_before_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learning, path = training(), tmp_path / "c.pt"
    learning.save(path)
    content = path.read_bytes()

    def full(_state: object, file: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match="No space left on device"):
        learning.save(path)
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.iterdir()] == ["c.pt"]


def test_nothing_is_blamed_on_who_is_right_and_nothing_on_what_was_not_seen() -> None:
    blame = Blame(Weights(spread=0.0))
    truth = torch.nn.functional.normalize(torch.randn(2, 40, 16, 3), dim=-1)
    right = torch.stack([truth[:, 40 - 9 - k : 40 - k] for k in AHEAD], 2)
    log_spread, known = torch.zeros(2, 9, 3, 16), torch.ones(2, 40)
    assert blame(right, log_spread, truth, known).item() == pytest.approx(0, abs=1e-6)
    wrong = right.flip(1)
    assert blame(wrong, log_spread, truth, known).item() > 1
    assert blame(wrong, log_spread, truth, torch.zeros(2, 40)).item() == 0


def test_it_leaves_a_curve_a_picture_and_a_report(tmp_path: Path) -> None:
    learning = training(steps=2)
    learning.run(tmp_path / "c.pt", quiet)
    write_curve(tmp_path / "curve.csv", learning.history)
    draw_curve(tmp_path / "curve.png", learning.history)
    write_report(tmp_path / "held_out.md", learning.history, ["Learnt from clip0."])
    head, row = (tmp_path / "curve.csv").read_text().splitlines()
    assert len(head.split(",")) == len(row.split(","))
    assert row.split(",")[1] == "2"
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert "left wrist mm" in (tmp_path / "held_out.md").read_text()


def test_the_net_of_these_tests_is_small() -> None:
    net = training(shape=SMALL).net
    assert sum(p.numel() for p in net.parameters()) < 20_000
