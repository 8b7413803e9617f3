"""The embedded default engine: trained landmark nets on the CPU, fitted to SMPL-X rotations."""
