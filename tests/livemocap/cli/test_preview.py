"""What the previews draw, read back from the pixels."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from motion import smooth_tracks

from livemocap.cli.preview.composition import Composer, shown_scale
from livemocap.cli.preview.latency_plot import plot_latency, stage_latencies_ms
from livemocap.cli.preview.overlay import draw_numbers, draw_skeletons, people_in
from livemocap.cli.preview.palette import PANEL, track_color
from livemocap.cli.preview.raster import Mesh, draw_meshes
from livemocap.cli.preview.sheet import contact_sheet, sheet_moments
from livemocap.cli.preview.topview import Floor, Trails, draw_top_view, floor_of
from livemocap.cli.preview.video_writer import VideoWriter
from livemocap.coords import assumed_intrinsics, transform
from livemocap.messages import TRACK_PREDICTED, TRACK_TENTATIVE, TrackFrame
from livemocap.palette import TRACK_COLORS

WIDTH, HEIGHT = 320, 240
K = assumed_intrinsics(WIDTH, HEIGHT)
RED, BLUE = (0, 0, 255), (255, 0, 0)
QUAD = np.array([[0, 1, 2], [0, 2, 3]])
"""Seen from the camera, the corners below run so that the face looks at it."""


def square(z_m: float, half_m: float) -> np.ndarray:
    corners = np.array([[-1, -1], [-1, 1], [1, 1], [1, -1.0]]) * half_m
    return np.column_stack([corners, np.full(4, z_m)])


def frame(**changes: object) -> TrackFrame:
    """Two people 4 m in front of a camera that stands 1.2 m high."""
    plain = smooth_tracks(1)[0]
    shift = np.array([[-0.6, 0.0, -4.0], [0.6, 0.0, -4.0]], np.float32) - plain.pelvis
    shift[:, 1] = 1.0 - plain.pelvis[:, 1]
    values: dict[str, object] = {
        "width": WIDTH,
        "height": HEIGHT,
        "K": K.astype(np.float32),
        "T_world_cam": transform(np.diag([1.0, -1, -1]), [0, 1.2, 0]).astype(np.float32),
        "pelvis": plain.pelvis + shift,
        "joints": plain.joints + shift[:, None],
    }
    return dataclasses.replace(plain, **{**values, **changes})


def close_to(image: np.ndarray, color: tuple[int, int, int], within: int = 12) -> np.ndarray:
    """(H, W) where the image has about that colour."""
    return np.abs(image.astype(int) - color).max(-1) <= within


def test_a_square_covers_just_the_pixels_it_projects_to() -> None:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    draw_meshes(image, [Mesh(square(2.0, 0.25), QUAD, RED)], K, 1.0)
    ys, xs = np.nonzero(image.any(-1))
    half = K[0, 0] * 0.25 / 2
    assert abs(xs.min() - (WIDTH / 2 - half)) <= 2
    assert abs(xs.max() - (WIDTH / 2 + half)) <= 2
    assert abs(ys.max() - ys.min() - 2 * half) <= 3
    inside = image[ys.min() + 2 : ys.max() - 1, xs.min() + 2 : xs.max() - 1]
    assert inside.any(-1).all(), "no holes along the diagonal"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_nearer_body_hides_the_farther_in_any_order(order: tuple[int, int]) -> None:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    meshes = [Mesh(square(2.0, 0.2), QUAD, RED), Mesh(square(3.0, 0.6), QUAD, BLUE)]
    draw_meshes(image, [meshes[i] for i in order], K, 1.0)
    middle, side = image[HEIGHT // 2, WIDTH // 2], image[HEIGHT // 2, WIDTH // 2 + 60]
    assert middle[2] > middle[0]
    assert side[0] > side[2]


def test_faces_that_look_away_or_lie_behind_the_lens_are_not_drawn() -> None:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    away = Mesh(square(2.0, 0.2), QUAD[:, ::-1], RED)
    behind = Mesh(square(-2.0, 0.2), QUAD, RED)
    draw_meshes(image, [away, behind], K, 1.0)
    assert not image.any()


def test_skeletons_have_their_tracks_colours_where_the_joints_are() -> None:
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    shown = frame()
    draw_skeletons(image, shown)
    for person in people_in(shown):
        x, y = np.round(person.points_px[0]).astype(int)
        around = image[y - 12 : y + 13, x - 12 : x + 13]
        assert close_to(around, person.color, 40).any()


def test_guesses_are_not_drawn_and_predictions_are_faint() -> None:
    plain = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    seen, predicted, tentative = plain.copy(), plain.copy(), plain.copy()
    draw_skeletons(seen, frame())
    draw_skeletons(predicted, frame(states=np.full(2, TRACK_PREDICTED, np.uint8)))
    draw_skeletons(tentative, frame(states=np.full(2, TRACK_TENTATIVE, np.uint8)))
    assert (tentative == plain).all()
    change = [np.abs(image.astype(int) - plain).sum() for image in (predicted, seen)]
    assert 0 < change[0] < 0.6 * change[1]


def test_numbers_do_not_cover_each_other() -> None:
    shown = frame()
    together = dataclasses.replace(shown, joints=shown.joints[[0, 0]], pelvis=shown.pelvis[[0, 0]])
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    draw_numbers(image, together)
    areas = [close_to(image, track_color(i)).sum() for i in (1, 2)]
    assert min(areas) > 0.7 * max(areas)


def test_the_composition_has_even_sides_and_shows_the_image() -> None:
    bgr = np.full((HEIGHT + 1, WIDTH + 1, 3), 90, np.uint8)
    picture = Composer(None).compose(bgr, None, "nobody")
    assert picture.shape[0] % 2 == picture.shape[1] % 2 == 0
    assert (picture[5, 5] == 90).all()
    assert (picture[5, -5] != 90).any()


def test_small_images_grow_and_big_ones_shrink() -> None:
    assert shown_scale(320, 240) == 2.0
    assert shown_scale(3840, 2160) == pytest.approx(1 / 3)
    assert shown_scale(1280, 720) == 1.0
    assert shown_scale(1080, 1920) == 0.5


def test_the_top_view_shows_everybody_where_they_stand() -> None:
    size, floor = 400, Floor(0.0, -2.0, 8.0)
    shown = frame()
    picture = draw_top_view(size, floor, shown, Trails())
    for row, track_id in enumerate(shown.track_ids.tolist()):
        x = size / 2 + shown.pelvis[row, 0] * size / floor.side_m
        y = size / 2 + (shown.pelvis[row, 2] + 2.0) * size / floor.side_m
        ys, xs = np.nonzero(close_to(picture, track_color(track_id)))
        assert abs(xs.mean() - x) < 6
        assert abs(ys.mean() - y) < 12  # the beak points one way


def test_the_floor_holds_everybody_and_the_camera() -> None:
    floor = floor_of([frame()])
    for x, z in ((-0.6, -4.0), (0.6, -4.0), (0.0, 0.0)):
        assert abs(x - floor.center_x_m) < floor.side_m / 2
        assert abs(z - floor.center_z_m) < floor.side_m / 2
    assert floor_of([]).side_m > 0


def test_trails_forget() -> None:
    trails = Trails(seconds=1.0)
    for k in range(60):
        trails.add(frame(t_capture_ns=k * 100_000_000))
    assert {len(path) for path in trails.paths.values()} == {11}


def test_track_colours_differ() -> None:
    for a, b in itertools.combinations(TRACK_COLORS, 2):
        assert max(abs(x - y) for x, y in zip(a, b, strict=True)) > 40
    assert track_color(1) == track_color(1 + len(TRACK_COLORS))


@pytest.mark.parametrize(("count", "moments"), [(0, 0), (1, 1), (4, 4), (192, 6)])
def test_sheet_moments_are_spread_over_the_clip(count: int, moments: int) -> None:
    found = sheet_moments(count)
    assert len(found) == moments
    assert all(0 <= moment < count for moment in found)


def test_the_contact_sheet_holds_its_tiles() -> None:
    tiles = [(f"{k} s", np.full((90, 160, 3), 60 + 30 * k, np.uint8)) for k in range(5)]
    page = contact_sheet(tiles, np.full((100, 100, 3), 7, np.uint8), "title", "subtitle")
    for k in range(5):
        assert close_to(page, (60 + 30 * k,) * 3, 0).sum() > 90 * 160
    assert (page[-1, 0] == PANEL).all()


def test_videos_are_h264_yuv420p_with_the_times_given(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    times_s = [0.0, 0.04, 0.1, 0.2]
    with VideoWriter(path, 65, 49, 25.0) as writer:
        for k, t_s in enumerate(times_s):
            writer.write(np.full((49, 65, 3), 60 * k, np.uint8), t_s)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        codec = stream.codec_context
        found = (codec.name, codec.pix_fmt, codec.width, codec.height)
    assert found == ("h264", "yuv420p", 64, 48)
    assert [f.time for f in frames] == pytest.approx(times_s, abs=1e-3)
    assert [round(f.to_ndarray(format="gray").mean() / 60) for f in frames] == [0, 1, 2, 3]


def test_latencies_are_the_differences_of_the_stamps(tmp_path: Path) -> None:
    ms = 1_000_000
    frames = [
        frame(t_grab_ns=0, t_infer_ns=2 * ms, t_pose_ns=30 * ms, t_track_ns=31 * ms)
        for _ in range(3)
    ]
    np.testing.assert_allclose(stage_latencies_ms(frames), [[2, 28, 1]] * 3)
    plot_latency(frames, tmp_path / "latency.png", "title")
    assert (tmp_path / "latency.png").read_bytes()[:4] == b"\x89PNG"
