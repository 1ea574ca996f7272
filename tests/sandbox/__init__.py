"""The sandbox, held against what is known of Mixpanel."""
