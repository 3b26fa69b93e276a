"""Issuing, rendering and handing out letters."""
