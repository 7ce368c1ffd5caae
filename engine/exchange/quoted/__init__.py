"""Fills for markets that show levels and trades instead of orders, each rule by its name."""
