"""Issued acts, their courtesy translations, and the files made of them."""
