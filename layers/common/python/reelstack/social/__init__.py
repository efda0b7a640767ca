"""Social: follows and blocks between users.

follows        following, requests to private accounts, lists of followers
blocks         blocks, and the condition that keeps a write from crossing one
relationships  reads what stands between users: blocks and follows, both ways
"""
