"""Modal screens and the desk screen itself."""
