"""One small rule per check, and the frame that runs them all."""
