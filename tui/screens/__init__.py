"""The desk's one screen and the pages that are laid over it."""
