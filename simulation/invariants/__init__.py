"""The promises, each a small function that raises `Broken` with its number."""
