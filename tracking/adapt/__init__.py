"""The stream's own adaptation: bodies made to agree with 2D evidence, slowly and reversibly."""
