"""The desk's side of TWS or IB Gateway: what is asked, what is heard raw, and the line between."""
