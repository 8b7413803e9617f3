"""What ufbx makes of an FBX file: python ufbx_clip.py FILE FRAMES FRAME_TIME_S, JSON out.

Chained by hand from each node's transform; in a process of its own, as ufbx 0.0.5 crashes when
it evaluates whole scenes and when Python shuts down.
"""

import json
import os
import sys

import numpy as np
import ufbx


def matrix(transform: ufbx.Transform) -> np.ndarray:
    q, t, s = transform.rotation, transform.translation, transform.scale
    x, y, z, w = q.x, q.y, q.z, q.w
    M = np.eye(4)
    M[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    M[:3, :3] *= [s.x, s.y, s.z]
    M[:3, 3] = t.x, t.y, t.z
    return M


def main() -> None:
    scene = ufbx.load_file(sys.argv[1])
    frames, step_s = int(sys.argv[2]), float(sys.argv[3])
    nodes = list(scene.nodes)
    at = {node.element_id: k for k, node in enumerate(nodes)}
    parents = [at[n.parent.element_id] if n.parent else -1 for n in nodes]
    bones = [k for k, n in enumerate(nodes) if n.bone is not None]
    stack = next(iter(scene.anim_stacks))

    def places(local: list[np.ndarray]) -> list[list[float]]:
        world: list[np.ndarray] = []
        for M, parent in zip(local, parents, strict=True):  # ufbx sorts parents first
            world.append(M if parent < 0 else world[parent] @ M)
        return [world[k][:3, 3].tolist() for k in bones]

    curves = list(scene.anim_curves)
    times = [[key.time for key in curve.keyframes] for curve in curves]
    found = {
        "names": [nodes[k].name for k in bones],
        "parents": [nodes[parents[k]].name if parents[k] in bones else "" for k in bones],
        "others": [n.name for n in nodes if n.bone is None and not n.is_root],
        "rest": places([matrix(n.local_transform) for n in nodes]),
        "joints": [
            places([matrix(n.evaluate_transform(stack.anim, k * step_s)) for n in nodes])
            for k in range(frames)
        ],
        "frames": max(map(len, times)),
        "curves": len(curves),
        "spans_deg": max(
            c.keyframes[len(c.keyframes) - 1].value - c.keyframes[0].value for c in curves
        ),
        "first_s": min(t[0] for t in times),
        "last_s": max(t[-1] for t in times),
        "stack_s": [stack.time_begin, stack.time_end],
        "fps": scene.settings.frames_per_second,
        "metres": scene.settings.unit_meters,
        "up": scene.settings.axes.up.name,
        "scale": [getattr(nodes[parents[bones[0]]].local_transform.scale, a) for a in "xyz"],
    }
    print(json.dumps(found))


main()
sys.stdout.flush()
os._exit(0)
