"""Pixels of the demo's overlay: meshes where AiOS's camera sees them."""

from __future__ import annotations

import cv2
import numpy as np
from aios_job_people import CubeBody, SeenPeople

from inference.aios.jobs.demo import Shown, placed
from inference.aios.jobs.sources import Picture
from inference.aios.preprocess import network_image
from livemocap.cli.aios.overlay import at_network_size, network_intrinsics, overlay
from livemocap.cli.preview.palette import track_color

GREY = np.full((720, 1280, 3), 60, np.uint8)
TINT = 45.0
"""Degrees of hue that shading may change."""


def shown(network: SeenPeople, bgr: np.ndarray = GREY) -> Shown:
    people = network.look(bgr).above(0.5)
    return Shown(Picture("a", "a.png", bgr, bgr.shape[1]), people, placed(people, CubeBody()))


def tinted(image: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """(H, W) where the hue is about that of `color`, and there is one at all."""
    hue = cv2.cvtColor(np.array([[color]], np.uint8), cv2.COLOR_BGR2HSV)[0, 0, 0].astype(int)
    hsv = cv2.cvtColor(image, cv2.COLOR_BGR2HSV).astype(int)
    apart = np.abs((hsv[..., 0] - hue + 90) % 180 - 90)
    return (apart < 8) & (hsv[..., 1] > 60)


def projected(seen: Shown, person: int) -> np.ndarray:
    """(8, 2) px of the cube's corners, by the formula of the specification."""
    oh, ow = seen.people.size
    x, y, z = seen.vertices[person].T
    return np.stack([5000 * x / z + ow / 2, 5000 * y / z + oh / 2], -1)


def test_the_overlay_has_the_networks_size() -> None:
    seen = shown(SeenPeople([0.9]))
    assert overlay(seen, CubeBody.faces).shape == (750, 1333, 3)


def test_a_mesh_covers_the_pixels_its_vertices_project_to_and_no_others() -> None:
    seen = shown(SeenPeople([0.9], [(0.3, 0.6)]))
    seen.people.boxes[:] = [0, 0, 1, 1]
    covered = tinted(overlay(seen, CubeBody.faces), track_color(1))
    covered[:60] = False  # the box and its number, moved out of the way
    rows, columns = np.nonzero(covered)
    low, high = projected(seen, 0).min(0), projected(seen, 0).max(0)
    np.testing.assert_allclose([columns.min(), rows.min()], low, atol=2.5)
    np.testing.assert_allclose([columns.max(), rows.max()], high, atol=2.5)
    inner = covered[int(low[1]) + 6 : int(high[1]) - 6, int(low[0]) + 6 : int(high[0]) - 6]
    assert inner.all()


def test_everybody_is_drawn_the_last_one_too_each_in_a_colour_of_their_own() -> None:
    seen = shown(SeenPeople([0.9, 0.8, 0.7], [(0.2, 0.5), (0.5, 0.5), (0.8, 0.5)]))
    image = overlay(seen, CubeBody.faces)
    for k in range(3):
        x, y = projected(seen, k).mean(0).round().astype(int)
        assert tinted(image[y - 5 : y + 5, x - 5 : x + 5], track_color(k + 1)).all()


def test_who_is_nearer_hides_who_is_behind() -> None:
    seen = shown(SeenPeople([0.9, 0.8]))
    seen.vertices[0] += [0, 0, 3.0]
    x, y = projected(seen, 1).mean(0).round().astype(int)
    image = overlay(seen, CubeBody.faces)
    assert tinted(image[y - 5 : y + 5, x - 5 : x + 5], track_color(2)).all()


def test_the_box_is_drawn_where_the_network_put_it() -> None:
    seen = shown(SeenPeople([0.9], [(0.3, 0.6)]))
    seen.people.boxes[:] = [700, 300, 900, 600]
    image = overlay(seen, CubeBody.faces)
    for x, y in ((700, 450), (900, 450), (760, 600)):
        assert tinted(image[y - 1 : y + 2, x - 1 : x + 2], track_color(1)).any()
    assert not tinted(image[340:560, 720:880], track_color(1)).any()


def test_without_people_the_image_is_the_resampled_source() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    seen = shown(SeenPeople([0.1]), noise)
    drawn = overlay(seen, CubeBody.faces)
    np.testing.assert_array_equal(drawn, at_network_size(noise, (750, 1333)))


def test_the_picture_below_lies_where_the_network_saw_it() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (360, 640, 3), np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 4)
    seen = network_image(smooth).transpose(1, 2, 0)[..., ::-1]
    drawn = at_network_size(smooth, (750, 1333)).astype(float)
    for channel, (mean, std) in enumerate(((103.53, 57.375), (116.28, 57.12), (123.675, 58.395))):
        network = seen[:-4, :-4, channel] * std + mean
        np.testing.assert_allclose(drawn[:-4, :-4, channel], network, atol=2.0)


def test_the_camera_is_the_one_of_the_specification() -> None:
    np.testing.assert_array_equal(
        network_intrinsics((750, 1333)), [[5000, 0, 666.5], [0, 5000, 375], [0, 0, 1]]
    )
