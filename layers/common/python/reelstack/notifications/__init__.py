"""Notifications: what users are told about what others did, in an inbox and by push.

activities     stream records and events as activities: who is told what
notifications  the stored notifications; activities about one thing are merged
ledger         what was done and not taken back, whatever order it comes in; pure
inbox          a user's notifications as they read them
preferences    kinds that are switched off, muted people, what was read
blocked        what stays hidden after a block is taken back
push           sends new notifications to connections and phones
websockets     tickets and open WebSocket connections
devices        phones, and their SNS endpoints
"""
