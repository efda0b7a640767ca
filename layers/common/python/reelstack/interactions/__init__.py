"""Interactions: likes, comments, bookmarks, shares and watch positions.

likes             likes of videos
comments          comments and replies: written, edited, deleted
comment_ids       the ids of comments and what follows from them; pure
comment_listings  pages of comments
comment_ranking   the order "top"
comment_likes     likes of comments
pinned_comments   the one comment that a video's owner pinned
bookmarks         videos that a user saved
shares            links that users share
watch_positions   where viewers left videos, to go on from there
"""
