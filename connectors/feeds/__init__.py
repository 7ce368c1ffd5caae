"""Markets that drive the paper exchange: synthetic agents and recordings."""
