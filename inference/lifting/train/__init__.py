"""Our own lifter's training, on poses, cameras and detector errors made up from motion."""
