"""HTTP and Mixpanel's vocabulary; the only importer of requests."""
