"""Degradation: how much of the feed is computed while a part of it is late, broken, or asked too often.

levels   decides the level from the facts of the last seconds; pure
health   the facts of each second in Valkey, tokens, answers in flight, who looks and who tries
facts    one second's facts as a hash holds them; pure
shared_level  what deployments say of their level, for services other than the feed
announcements  when the edge is told of it, and by which process
guarded_tables  DynamoDB behind a deadline and a breaker, for a route that answers without it
lease    a process's share of the bucket of tokens; pure
metrics  counts answers by level and by reason
"""
