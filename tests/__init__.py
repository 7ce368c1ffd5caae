"""The tests; a package, so that a stray installed `tests` package cannot stand in for it."""
