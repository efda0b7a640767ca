"""Stacks: each composes constructs of the other folders. Nothing but infra/app.py and infra/checks imports them."""
