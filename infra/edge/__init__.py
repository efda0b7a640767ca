"""CloudFront: its functions (*.js), what it answers with, and its firewall (rules of AWS: managed_rules.py)."""
