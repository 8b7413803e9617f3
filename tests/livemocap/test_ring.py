"""Images in shared memory: whole or noticed as torn."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from livemocap.messages import ImageFrame
from livemocap.ring import (
    SLOTS,
    PixelsError,
    RingPlace,
    RingReader,
    RingWriter,
    SharedRingReader,
    TornReadError,
)

SHAPE = (60, 80, 3)


@pytest.fixture
def ring() -> Iterator[RingWriter]:
    writer = RingWriter(int(np.prod(SHAPE)))
    yield writer
    writer.close()


def image(value: int, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    return np.full(shape, value, np.uint8)


def frame(ring: RingWriter, place: RingPlace, **changes: object) -> ImageFrame:
    fields = {
        "camera_id": "cam0",
        "sequence": 0,
        "t_capture_ns": 0,
        "t_grab_ns": 0,
        "width": SHAPE[1],
        "height": SHAPE[0],
        "encoding": "shm",
        "pixels": np.zeros(0, np.uint8),
        "K": np.eye(3, dtype=np.float32),
        "intrinsics_source": "assumed",
        "shm_name": ring.name,
        "shm_slot": place.slot,
        "shm_sequence": place.sequence,
    }
    return ImageFrame(**{**fields, **changes})  # type: ignore[arg-type]


def test_an_image_comes_out_as_it_went_in(ring: RingWriter) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, SHAPE).astype(np.uint8)
    place = ring.write(pixels)
    reader = RingReader(ring.name)
    np.testing.assert_array_equal(reader.read(place, SHAPE), pixels)
    reader.close()


def test_every_slot_holds_its_own_image(ring: RingWriter) -> None:
    places = [ring.write(image(value)) for value in range(SLOTS)]
    reader = RingReader(ring.name)
    assert [int(reader.read(place, SHAPE)[0, 0, 0]) for place in places] == list(range(SLOTS))
    reader.close()


def test_an_overwritten_image_is_noticed(ring: RingWriter) -> None:
    first = ring.write(image(1))
    for value in range(SLOTS):
        ring.write(image(value))
    reader = RingReader(ring.name)
    with pytest.raises(TornReadError, match="overwritten"):
        reader.read(first, SHAPE)
    reader.close()


def test_an_image_torn_during_the_copy_is_noticed() -> None:
    shape = (720, 1280, 3)
    writer = RingWriter(int(np.prod(shape)), slots=2)
    reader = RingReader(writer.name)
    stop, latest = threading.Event(), [writer.write(image(0, shape))]

    def write_without_mercy() -> None:
        value = 0
        while not stop.is_set():
            value = (value + 1) % 256
            latest[0] = writer.write(image(value, shape))

    thread = threading.Thread(target=write_without_mercy)
    thread.start()
    torn = whole = 0
    while (torn < 5 or whole < 5) and torn + whole < 5000:
        try:
            pixels = reader.read(latest[0], shape)
        except TornReadError:
            torn += 1
        else:
            whole += 1
            assert pixels.min() == pixels.max()
    stop.set()
    thread.join()
    reader.close()
    writer.close()
    assert torn
    assert whole


def test_a_reader_that_leaves_takes_nothing_with_it(ring: RingWriter) -> None:
    code = (
        "from livemocap.ring import RingPlace, RingReader\n"
        "import sys; reader = RingReader(sys.argv[1])\n"
        f"print(reader.read(RingPlace(0, 1), {SHAPE}).max())"
    )
    ring.write(image(9))
    for _ in range(2):
        left = subprocess.run(
            [sys.executable, "-c", code, ring.name], capture_output=True, text=True, check=True
        )
        assert (left.stdout.strip(), left.stderr) == ("9", "")
    reader = RingReader(ring.name)
    assert reader.read(ring.write(image(10)), SHAPE).max() == 10
    reader.close()


def test_readers_follow_a_camera_to_its_new_ring(ring: RingWriter) -> None:
    larger = RingWriter(2 * int(np.prod(SHAPE)))
    readers = SharedRingReader()
    assert readers.read(frame(ring, ring.write(image(1)))).max() == 1
    shape = (SHAPE[0] * 2, SHAPE[1], 3)
    moved = frame(larger, larger.write(image(2, shape)), height=shape[0])
    assert readers.read(moved).shape == shape
    readers.close()
    larger.close()


def test_a_borrowed_image_lies_in_the_ring_and_cannot_be_written(ring: RingWriter) -> None:
    readers, place = SharedRingReader(), ring.write(image(7))
    with readers.borrow(frame(ring, place)) as pixels:
        assert pixels.shape == SHAPE
        assert pixels.min() == pixels.max() == 7
        assert not pixels.flags.owndata
        with pytest.raises(ValueError, match="read-only"):
            pixels[0, 0, 0] = 1
    readers.close()


def test_a_borrower_who_is_overtaken_hears_of_it_and_gets_copies_from_then_on(
    ring: RingWriter,
) -> None:
    readers = SharedRingReader()

    def hold_for_a_whole_round() -> np.ndarray:
        with readers.borrow(frame(ring, ring.write(image(1)))) as pixels:
            for _ in range(SLOTS):
                ring.write(image(2))
            return pixels.copy()

    with pytest.raises(TornReadError):
        hold_for_a_whole_round()
    assert hold_for_a_whole_round().max() == 1
    readers.close()


def test_a_borrowed_image_that_is_kept_does_not_stop_the_reader_from_leaving(
    ring: RingWriter,
) -> None:
    readers = SharedRingReader()
    with readers.borrow(frame(ring, ring.write(image(5)))) as kept:
        pass
    readers.close()
    assert kept.max() == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"shm_slot": SLOTS},
        {"shm_slot": -1},
        {"shm_sequence": 0},
        {"width": 10_000},
        {"width": -1, "height": -1},
        {"height": 0},
        {"shm_name": "memfd:1/1:4096:0123456789abcdef"},
        {"shm_name": "nonsense"},
    ],
    ids=str,
)
def test_a_descriptor_of_nothing_is_refused(ring: RingWriter, changes: dict[str, object]) -> None:
    place = ring.write(image(1))
    readers = SharedRingReader()
    with pytest.raises(PixelsError):
        readers.read(frame(ring, place, **changes))
    readers.close()
