"""Behavior: what viewers did with the clips they were shown, as events that counts, interests and training are made of.

client_events  the events that a client reports, and their form
stored_event   the form in which an event is stored and streamed: one flat record, whoever reported it
receipts       signed notes of what an answer showed to whom, where and with what probability
resume         where a viewer left a clip
plausibility   clocks, and the watch time that can have passed

All of it is pure: keys and times are arguments. The HTTP service is functions/behavior/api/; the stream is
platform.event_stream.
"""
