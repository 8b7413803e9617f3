"""Making our own lifter: poses, cameras and detector errors made up from motion, and its training."""
