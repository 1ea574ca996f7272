"""Raw events, read in one pass into what they show."""
