"""What stands around a FIX session: when it may speak, to whom, how safely, and how fast."""
