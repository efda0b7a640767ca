"""Profiles: what a day of events says of viewers and clips: Spark steps."""
