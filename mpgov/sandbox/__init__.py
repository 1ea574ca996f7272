"""A Mixpanel that lives on your machine; shares no code with the rest."""
