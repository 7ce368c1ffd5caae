"""What is kept: the event journal, the DuckDB store, settings and reference tables."""
