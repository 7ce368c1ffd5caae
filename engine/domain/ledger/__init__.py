"""Positions, lots, cash and fees: every posting double-entry."""
