from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from aios_reference import body_arrays

from inference.body_model import default_body
from inference.known_bodies import body_of
from inference.models.store import models_folder


def test_a_body_is_found_by_the_name_that_tracks_carry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    open_body = body_of(default_body().id)
    assert open_body is not None
    assert open_body.hash == default_body().hash
    assert body_of("smplx_neutral") is None
    models_folder().mkdir(parents=True)
    np.savez(models_folder() / "smplx_neutral.npz", **body_arrays())
    found = body_of("smplx_neutral")
    assert found is not None
    assert found.vertex_count == 10475
    assert body_of("somebody else") is None
