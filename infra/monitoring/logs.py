"""How long logs are kept."""

from aws_cdk import aws_logs as logs

RETENTION = {7: logs.RetentionDays.ONE_WEEK, 30: logs.RetentionDays.ONE_MONTH, 365: logs.RetentionDays.ONE_YEAR}
"""By `log_days` of the settings."""
