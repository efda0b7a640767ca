"""The functions of privacy: its HTTP service, and the steps of exports and erasures."""
