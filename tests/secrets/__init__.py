"""No secret in any output, file, process list or traceback."""
