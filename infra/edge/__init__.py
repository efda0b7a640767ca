"""CloudFront: its functions (*.js), what it answers with, and its firewall."""
