"""The order language: one parser and one printer for scripts, the `:` line and the ticket."""
