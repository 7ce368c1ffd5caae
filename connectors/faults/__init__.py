"""A bad line in front of any venue: it loses, repeats, delays and reorders what crosses it."""
