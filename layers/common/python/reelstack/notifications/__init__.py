"""Notifications: what users are told about what others did, in an inbox and by push.

activities     stream records and events as activities: who is told what
notifications  the stored notifications; activities about one thing are merged
inbox          a user's notifications as they read them
preferences    kinds that are switched off, muted people, what was read
push           sends new notifications to connections and phones
websockets     tickets and open WebSocket connections
devices        phones, and their SNS endpoints
"""
