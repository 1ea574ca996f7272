"""What can be wrong, one module a family; every rule brings its examples."""
