"""Real `mpgov` processes on bad days: scripted, seeded, and replayed by their seed."""
