"""The desk: decides everything; knows no screen, no vendor and no database file."""
