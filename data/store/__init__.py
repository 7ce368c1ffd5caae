"""The DuckDB store: a projection of the journal that answers questions and decides nothing."""
