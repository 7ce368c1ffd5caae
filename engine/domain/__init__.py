"""The pure core: what may be asked, what became true, and the state that follows from it."""
