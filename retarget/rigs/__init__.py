"""Characters of other people: their bones, which joint each follows, how they stand at rest."""
