"""What the desk talks to: the paper venue, market feeds, and later FIX and IB."""
