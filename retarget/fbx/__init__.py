"""Our own FBX files, NumPy only: skeletons with motion, and the user's characters animated."""

from .curves import FbxMotion
from .rig import motion_of_rig, skeleton_of_rig
from .skeleton import FbxSkeleton
from .writing import write_fbx

__all__ = ["FbxMotion", "FbxSkeleton", "motion_of_rig", "skeleton_of_rig", "write_fbx"]
