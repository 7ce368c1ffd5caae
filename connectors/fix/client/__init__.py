"""The desk's side of a FIX venue: what is asked, what is heard, and the line between."""
