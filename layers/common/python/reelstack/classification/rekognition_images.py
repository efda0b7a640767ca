"""Rekognition's image API: what it sees in one picture, as labels of ours. It answers at once and needs no job."""

from reelstack.classification.rekognition_labels import own_labels
from reelstack.classification.verdicts import Label
from reelstack.platform import aws

MIN_CONFIDENCE = 50.0
"""Percent; what is less likely is not said. No threshold of ours lies below it."""


def seen_in_picture(image: bytes) -> dict[Label, float]:
    """The highest score (0 to 1) of each label in a JPEG or PNG of at most 5 MB."""
    answer = aws.client("rekognition").detect_moderation_labels(Image={"Bytes": image}, MinConfidence=MIN_CONFIDENCE)
    return own_labels({label["Name"]: label["Confidence"] for label in answer["ModerationLabels"]})
