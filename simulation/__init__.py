"""A desk with its venue, disk, clock and trader from one seed, and what they are held to."""
