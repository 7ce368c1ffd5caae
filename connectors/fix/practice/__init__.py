"""`trader venue`: a market of ours behind FIX, to practise against."""
