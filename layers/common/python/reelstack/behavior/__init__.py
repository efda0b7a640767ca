"""Behavior: what viewers did with the clips they were shown, as events that counts, interests and training are made of.

client_events  the events that a client reports, and their form
stored_event   the form in which an event is stored and streamed: one flat record for all sources
table_changes  what people did, read off the streams of likes, comments, follows, reports, hides and others
receipts       signed notes of what an answer showed to whom, where and with what probability
archive        the objects that a batch of streamed events is archived in
erasure        what becomes of an archived event when people left
resume         where a viewer left a clip
plausibility   clocks, and the watch time that can have passed

All of it is pure: keys and times are arguments. The HTTP service is functions/behavior/api/; the stream is
platform.event_stream.
"""
