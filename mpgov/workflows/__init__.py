"""One function a task: read, ask the core, write."""
