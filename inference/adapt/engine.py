"""DynaBOA's base model as a PoseEngine: every person's crop to an SMPL body, each image by itself.

For comparison, and for who brings its weights and an SMPL body. It adapts to nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from livemocap.rotation import Array, rotvec_from_matrix

from ..aios.device import device_of
from ..body_model import default_body
from ..engine import EngineImage, People
from ..errors import WeightsError
from ..landmarks.keypoints import KeypointDetector, keypoints_of
from ..landmarks.observation import PersonLandmarks
from ..landmarks.people import nobody, people_of
from ..models.catalogue import model_named
from ..models.store import installed, records
from ..weights_file import read_state_dict
from .body_joints import SHARED, RestJoints, local_rotations_of
from .checkpoint import hmr_net
from .crop import CONFIDENT, UNIT_PX, box_around, cropped
from .crop_camera import pelvis_in_camera, turned_to_camera
from .hmr import BETAS, Hmr, network_input

LEAST_POINTS = 4
"""Of a person's 33: with fewer there is no box to look into."""

_AT_ONCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """What is needed of an SMPL body."""

    rest_joints: RestJoints
    name: str
    hash: str


class HmrEngine:
    """A PoseEngine; it remembers nobody, but for who is who in 2D."""

    name = "hmr/1"
    hand_mean_known = True
    keypoint_layout = "blazepose33"
    batch_size = 1

    def __init__(
        self, detector: KeypointDetector, net: Hmr, body: Body, device: torch.device
    ) -> None:
        self.body_model, self.body_hash = body.name, body.hash
        self._detector, self._body, self._device = detector, body, device
        self._net = net.eval().to(device)

    @classmethod
    def load(
        cls, *, quality: str = "balanced", device: str = "auto", threads: int = 0
    ) -> HmrEngine:
        """The engine with the weights and the body that `livemocap models install` kept.

        Raises:
            InferenceError: unknown quality or device, or no weights or body.
            WeightsError: installed files that are damaged.
        """
        missing = [name for name in ("dynaboa", "smpl") if installed(name) is None]
        if missing:
            raise WeightsError(_to_bring(missing))
        chosen = device_of(device)
        if threads:
            torch.set_num_threads(threads)
        net = hmr_net(read_state_dict(_path("dynaboa")))
        detector = KeypointDetector.load(quality=quality, threads=threads)
        return cls(detector, net, read_body(_path("smpl")), chosen)

    def warm_up(self, sizes: Sequence[tuple[int, int]]) -> None:
        pass

    def infer(self, images: Sequence[EngineImage]) -> list[People]:
        return [self._infer(image) for image in images]

    def reset(self, camera_id: str) -> None:
        self._detector.reset(camera_id)

    def measurements(self) -> Mapping[str, float]:
        return {}

    def close(self) -> None:
        self._detector.close()

    def _infer(self, image: EngineImage) -> People:
        found = self._detector.people(image)
        keypoints = keypoints_of(found, (image.bgr.shape[1], image.bgr.shape[0]))
        seen = (keypoints[..., 2] > CONFIDENT).sum(1) >= LEAST_POINTS
        found = [person for person, sure in zip(found, seen, strict=True) if sure]
        people = self._people(found, keypoints[seen], image)
        return replace(people, intrinsics_source=image.intrinsics_source)

    def _people(self, found: list[PersonLandmarks], keypoints: Array, image: EngineImage) -> People:
        if not found:
            return nobody(BETAS, 0, image.K)
        boxes = [box_around(points[points[:, 2] > CONFIDENT]) for points in keypoints]
        rotations, betas, camera = self._looked_at(image, boxes)
        px = np.array([[*middle, scale * UNIT_PX] for middle, scale in boxes])
        rest = self._body.rest_joints(betas)
        pelvis = pelvis_in_camera(camera, rest[:, 0], px, image.K)
        ours = local_rotations_of(rotations)
        ours[:, 0] = turned_to_camera(ours[:, 0], px, image.K)
        known = np.flatnonzero(np.isfinite(pelvis).all(1) & np.isfinite(ours).all((1, 2, 3)))
        return _answer(
            [found[person] for person in known],
            ours[known],
            pelvis[known],
            rest[known],
            betas[known],
            keypoints[known, :, 2],
            image.K,
        )

    @torch.inference_mode()
    def _looked_at(
        self, image: EngineImage, boxes: list[tuple[Array, float]]
    ) -> tuple[Array, Array, Array]:
        """Rotations (P, 24, 3, 3), betas (P, 10) and cameras (P, 3)."""
        rgb = image.bgr[..., ::-1]
        crops = np.stack([cropped(rgb, *box) for box in boxes]).astype(np.float32)
        answers = []
        for some in torch.from_numpy(crops).split(_AT_ONCE):
            estimate = self._net(network_input(some.to(self._device)))
            answers.append((estimate.rotations, estimate.betas, estimate.camera))
        rotations, betas, camera = (
            torch.cat(parts).cpu().numpy().astype(float) for parts in zip(*answers, strict=True)
        )
        return rotations, betas, camera


def _answer(
    found: list[PersonLandmarks],
    rotations: Array,
    pelvis: Array,
    rest: Array,
    betas: Array,
    visibility: Array,
    K: Array,
) -> People:
    if not found:
        return nobody(BETAS, 0, K)
    nothing, rotvecs = np.zeros((len(found), 0)), rotvec_from_matrix(rotations)
    people = people_of(found, rotvecs, pelvis, rest, betas, nothing, visibility, K)
    people.joint_visibility[:, SHARED:] = 0
    return people


def read_body(path: Path) -> Body:
    """An SMPL body that `livemocap models install` wrote.

    Raises:
        WeightsError: it is damaged.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            ours = default_body().rest_joints(np.zeros(1))
            rest_joints = RestJoints(arrays, ours)
    except (OSError, ValueError, KeyError) as error:
        raise WeightsError(f"{path}: damaged ({error}). Install it again.") from error
    record = records().get("smpl")
    return Body(rest_joints, "smpl_neutral", record.sha256[:16] if record else "0" * 16)


def _path(name: str) -> Path:
    path = installed(name)
    assert path is not None
    return path


def _to_bring(missing: Sequence[str]) -> str:
    ways = []
    for name in missing:
        model = model_named(name)
        ways.append(
            f"{name}: download {model.fetch}, then `livemocap models install {model.source}` "
            f"(licence: {model.licence})"
        )
    return f"the engine hmr needs files that you bring. {'; '.join(ways)}."
