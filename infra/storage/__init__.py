"""Buckets and tables, and what other stacks may know of them."""
