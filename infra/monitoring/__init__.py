"""Alarms, the dashboard and how long logs are kept."""
