"""What the supported FIX versions know, and what of it a message breaks."""
