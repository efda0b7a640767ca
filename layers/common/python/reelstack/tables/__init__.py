"""Tables: every DynamoDB table, its keys and its indexes, written once. Infra builds the tables from these models.

model           what every table is made of: its name, the process's one connection, conditional writes
transactions    writes of several tables, all or nothing
registry        all tables, for infra and for tests
uploads         Upload, Usage
videos          Video
production      Claim, Lease, BacklogEntry, Turn, EngineJob, Spending
moderation      Review, Report, AuditEntry
interactions    Like, Comment, CommentLike, Pin, Bookmark, Share
counters        Counter, DailyPlays
behavior        WatchPosition
social          Follow, Block
accounts        User, Handle, Session
feed            TimelineEntry, LargeAccount, ViewerProfile, FeedChoices
privacy         DataRequest
web             RateWindow, IdempotencyRecord
notifications   Notification, NotificationPreference, Connection, ConnectionTicket, Device

A function imports the modules of the tables that its catalogue line names, and no others.
"""
