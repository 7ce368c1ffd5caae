"""The imperative shell around the pure core: steps, hosts, recovery and the script runner."""
