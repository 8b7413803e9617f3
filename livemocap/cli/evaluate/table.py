"""Accuracy as people read it."""

from __future__ import annotations

from .pose import PoseAccuracy


def one_line(found: PoseAccuracy) -> str:
    """For the end of a demo."""
    return (
        f"recall {found.recall:.1%}, joints {found.mpjpe_mm:.0f} mm "
        f"({found.pa_mpjpe_mm:.0f} mm aligned), rotations {found.rotation_deg:.1f} deg, "
        f"{found.ids} ids, {found.switches} switches"
    )


def table(views: dict[str, PoseAccuracy]) -> str:
    """A column for each view of the take, then the rotation error joint by joint."""
    rows = [("", *views)]
    for label, cell in _ROWS:
        rows.append((label, *(cell(found) for found in views.values())))
    joints = next(iter(views.values())).rotation_of_joints_deg
    rows += [("", *("" for _ in views)), ("rotation by joint, deg", *("" for _ in views))]
    for name in joints:
        rows.append(
            (f"  {name}", *(f"{f.rotation_of_joints_deg.get(name, 0):.1f}" for f in views.values()))
        )
    widths = [max(len(row[c]) for row in rows) for c in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if c == 0 else cell.rjust(width)
            for c, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


_ROWS = (
    ("frames", lambda f: str(f.frames)),
    ("people expected", lambda f: str(f.expected)),
    ("recall", lambda f: f"{f.recall:.1%}"),
    ("precision", lambda f: f"{f.precision:.1%}"),
    ("ids", lambda f: str(f.ids)),
    ("switches", lambda f: str(f.switches)),
    ("MPJPE, mm", lambda f: f"{f.mpjpe_mm:.1f}"),
    ("PA-MPJPE, mm", lambda f: f"{f.pa_mpjpe_mm:.1f}"),
    ("rotation, deg", lambda f: f"{f.rotation_deg:.1f}"),
    ("root depth bias", lambda f: f"{f.root_depth_bias:+.1%} +- {f.root_depth_spread:.1%}"),
    (
        "body jitter (truth), mm",
        lambda f: f"{f.body_jitter_mm:.1f} ({f.true_body_jitter_mm:.1f})",
    ),
    (
        "root jitter (truth), mm",
        lambda f: f"{f.root_jitter_mm:.1f} ({f.true_root_jitter_mm:.1f})",
    ),
)
