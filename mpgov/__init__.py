"""mpgov governs Mixpanel: the tracking plan into Lexicon, and back."""

__version__ = "0.1.0"
