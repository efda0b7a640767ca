"""Counters: how many likes, comments, shares, bookmarks and followers there are, exactly.

counters  reads counts, and adds a batch of stream records exactly once
plays     counts plays of videos, each event once
daily_plays  plays by clip, creator and day, as the daily job finds them; held against what was counted
deltas    what the stream records of each table add up to; pure
shards    the items that one counter is spread over while it is hot
sizing    into how many shards a counter or an index is split; pure
"""
