"""Recorded motion of others as takes: BVH files, and the .npz files of AMASS and SMPL-X."""
