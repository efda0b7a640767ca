"""Cards: what a screen shows of a video, comment, user or audit entry, assembled for a whole page from the rooms below.

user_cards     name and picture of a user, and whether the viewer follows them
video_cards    a video with its author, what the viewer did with it, its poster and, if asked for, its playback
comment_cards  a comment with its author
audit_cards    an entry of the audit log with who did it and to whom
answers        the receipts of a page that the service chose

A page costs one batched read of each table that a card needs, whatever the number of its items. Whether the viewer may
see an item is decided before, by `videos.access`; a card decides nothing.
"""
