"""The order language: one parser and one printer for scripts, `--exec`, the `:` line and the ticket."""
