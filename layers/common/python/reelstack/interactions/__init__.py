"""Interactions: likes, comments, bookmarks and shares.

likes             likes of videos
comments          comments and replies: written, edited, deleted
comment_ids       the ids of comments and what follows from them; pure
comment_listings  pages of comments
comment_ranking   the order "top"
comment_likes     likes of comments
pinned_comments   the one comment that a video's owner pinned
bookmarks         videos that a user saved
shares            links that users share
"""
