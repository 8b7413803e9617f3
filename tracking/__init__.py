"""People through time: association, smoothing, world, recording."""
