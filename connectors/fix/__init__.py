"""FIX 4.2, 4.4 and 5.0 SP2: one pure session core for who connects and for who is connected to."""
