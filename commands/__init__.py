"""The composition root, one file per subcommand; only `trader.py` imports it."""
