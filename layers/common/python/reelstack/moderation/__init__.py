"""Moderation: what moderators are asked, what they decide, and how a video is withdrawn and restored.

review_queue   open reviews: listed, claimed, released
evidence       what a moderator looks at of a video in quarantine
decisions      a moderator's decision on a video
decision_machine  the state machine that carries out a decision on a clip of production
task_tokens    answers executions of version 0.2.0, which waited for a moderator
remoderation   judges stored scores again after the thresholds changed
appeals        a creator's appeal against a verdict
reports        what people report, and the reviews that follow
takedowns      withdraws a video from edge, storage and caches, and restores it
comment_queue  comments that wait for a moderator
"""
