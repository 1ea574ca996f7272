"""A catalog as a file: one module a format, both directions in it."""
