"""Checks of the synthesized app, and what is generated from it. Only these and infra/app.py import stacks."""
