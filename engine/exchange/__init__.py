"""A price-time-priority exchange: a pure machine of its own beside the domain."""
