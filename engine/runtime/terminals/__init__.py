"""Terminals of one engine: what goes over the socket between them, and both of its ends."""
