"""The functions of moderation: its HTTP service, reviews, and withdrawing and restoring videos."""
