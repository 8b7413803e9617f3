"""Which way pixels leave."""

from __future__ import annotations

import numpy as np
import pytest

from capture.encode import RingEncoder, choose_encoder


@pytest.mark.parametrize(
    ("transport", "endpoint", "chosen"),
    [
        ("auto", "tcp://127.0.0.1:47800", "shm"),
        ("auto", "tcp://localhost:47800", "shm"),
        ("auto", "tcp://192.168.1.5:47800", "jpeg"),
        ("auto", "tcp://0.0.0.0:47800", "jpeg"),
        ("jpeg", "tcp://127.0.0.1:47800", "jpeg"),
        ("shm", "tcp://0.0.0.0:47800", "shm"),
        ("raw", "tcp://127.0.0.1:47800", "raw"),
    ],
)
def test_shared_memory_is_for_streams_that_stay_on_this_host(
    transport: str, endpoint: str, chosen: str
) -> None:
    assert choose_encoder(transport, endpoint, 85).name == chosen


def test_a_larger_image_gets_a_larger_ring_and_a_smaller_one_keeps_it() -> None:
    encoder = RingEncoder()
    names = [
        encoder.encode(np.zeros((side, side, 3), np.uint8))["shm_name"] for side in (50, 200, 50)
    ]
    encoder.close()
    assert names[0] != names[1] == names[2]


@pytest.mark.parametrize("name", ["raw", "jpeg", "shm"])
def test_images_that_are_views_of_others_are_sent_whole(name: str) -> None:
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3)).astype(np.uint8)
    encoder = choose_encoder(name, "tcp://127.0.0.1:0", 90)
    fields = encoder.encode(picture[::2, ::-3])
    encoder.close()
    expected = {"raw": 20 * 20 * 3, "shm": 0}.get(name, len(fields["pixels"]))
    assert len(fields["pixels"]) == expected
