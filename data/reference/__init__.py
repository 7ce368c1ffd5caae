"""Symbols and what is known of them."""

from data.reference.symbols import SymbolReference

__all__ = ["SymbolReference"]
