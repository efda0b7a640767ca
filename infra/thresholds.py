"""The thresholds of moderation, where a stage sets none."""

from reelstack.classification.verdicts import NEVER, Label, Threshold

THRESHOLDS = {
    Label.SEXUAL: Threshold(review=0.7, reject=0.9),
    Label.GRAPHIC: Threshold(review=0.5, reject=0.9),
    Label.PROFANITY: Threshold(review=0.5, reject=NEVER),
    Label.SUGGESTIVE: Threshold(review=0.9, reject=NEVER),
    Label.VIOLENCE: Threshold(review=0.8, reject=NEVER),
    Label.DRUGS: Threshold(review=0.8, reject=NEVER),
    Label.ALCOHOL: Threshold(review=NEVER, reject=NEVER),
    Label.GAMBLING: Threshold(review=0.9, reject=NEVER),
    Label.HATE: Threshold(review=0.5, reject=0.95),
    Label.RUDE: Threshold(review=NEVER, reject=NEVER),
    Label.OTHER: Threshold(review=0.5, reject=NEVER),
    Label.SPEECH: Threshold(review=0.75, reject=NEVER),
    Label.UNSEEN: Threshold(review=0.5, reject=NEVER),
}
"""Chosen from what harmless clips score with both engines: docs/decisions/classification.md."""
