"""Platform: what every room uses to reach AWS, the cache and its own settings.

starts          what a process does before its first answer
config          what the environment of a function holds, typed
aws             the seam to AWS: every client is made here
cache           Valkey: values that are loaded by one reader of all, and removed when they change
cache_aside     how one value is read, or loaded and kept
cache_health    whether the cache is asked at all while it fails
cache_leases    which process loads a missing value
cache_lifetimes how long values are kept, and when they are loaded early; pure
process_flights which thread of a process loads; pure
breaker         a deadline and a circuit breaker for one dependency in one process; pure
kept_ids        what a user has of one kind, whole in the cache
unchecked       models of pydantic without a second check of their values
clock           the time in milliseconds, and pauses
retry           a bounded number of attempts with random waits between them
event_stream    the stream of behavior events
daily_files     files of lines that a step loads, a part a call
storage         objects in the two buckets
s3_prices       list prices of S3: unit, source and date of each; pure
storage_classes which class an object is in, and the way back from an archive
secrets         secrets, kept in memory for five minutes
telemetry       logs, metrics, and the entry of every handler
countries       the codes of countries; pure
cursors         opaque cursors for pages
sharding        lists that are spread over several partitions, read as one
outages         which errors say that storage is slow, throttled or away
media_types     media types as RFC 9110 has them; pure
text            the one form in which text that people write is stored; pure
text_fields     a type for each kind of field that people write
executions      begins executions of state machines by name
stream_records  DynamoDB stream records as plain values
"""
