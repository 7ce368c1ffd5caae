"""Sessions recorded by ourselves: the file, who writes it, and the market that it plays back."""
