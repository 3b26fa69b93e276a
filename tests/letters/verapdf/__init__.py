"""Declared is not valid: veraPDF, the reference validator, judges every kind of letter (T65)."""
