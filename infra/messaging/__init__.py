"""Queues, and what starts functions: streams, queues, events and schedules."""
