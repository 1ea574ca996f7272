"""What stays on this machine: settings, credentials, the base."""
