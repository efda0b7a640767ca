"""The functions of the feed: its HTTP service, and the two that write timelines."""
