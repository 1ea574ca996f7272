"""What Mixpanel does, as one table: on the sandbox always, on a real project when asked."""
