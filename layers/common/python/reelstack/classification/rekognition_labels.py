"""Rekognition's content moderation labels, version 7, in our words. Pure.

All three levels of its taxonomy are here, for it names a child's parents too: a parent says something by itself only
where all of its children mean the same. None: harmless on a site for everybody. Source: "Label categories",
https://docs.aws.amazon.com/rekognition/latest/dg/moderation-api.html, as of 2026-11-23.
"""

from collections.abc import Mapping

from reelstack.classification.verdicts import Label

MODEL = "7"
"""The first part of the model version that GetContentModeration answers with."""

LABELS: Mapping[str, Label | None] = {
    "Explicit": Label.SEXUAL,
    "Explicit Nudity": Label.SEXUAL,
    "Exposed Male Genitalia": Label.SEXUAL,
    "Exposed Female Genitalia": Label.SEXUAL,
    "Exposed Buttocks or Anus": Label.SEXUAL,
    "Exposed Female Nipple": Label.SEXUAL,
    "Explicit Sexual Activity": Label.SEXUAL,
    "Sex Toys": Label.SEXUAL,
    "Non-Explicit Nudity of Intimate parts and Kissing": None,
    "Non-Explicit Nudity": None,
    "Bare Back": None,
    "Exposed Male Nipple": None,
    "Partially Exposed Buttocks": Label.SUGGESTIVE,
    "Partially Exposed Female Breast": Label.SUGGESTIVE,
    "Implied Nudity": Label.SUGGESTIVE,
    "Obstructed Intimate Parts": Label.SUGGESTIVE,
    "Obstructed Female Nipple": Label.SUGGESTIVE,
    "Obstructed Male Genitalia": Label.SUGGESTIVE,
    "Kissing on the Lips": None,
    "Swimwear or Underwear": None,
    "Female Swimwear or Underwear": None,
    "Male Swimwear or Underwear": None,
    "Violence": None,
    "Weapons": Label.VIOLENCE,
    "Graphic Violence": Label.VIOLENCE,
    "Weapon Violence": Label.VIOLENCE,
    "Physical Violence": Label.VIOLENCE,
    "Self-Harm": Label.GRAPHIC,
    "Blood & Gore": Label.GRAPHIC,
    "Explosions and Blasts": Label.VIOLENCE,
    "Visually Disturbing": None,
    "Death and Emaciation": Label.GRAPHIC,
    "Emaciated Bodies": Label.GRAPHIC,
    "Corpses": Label.GRAPHIC,
    "Crashes": Label.VIOLENCE,
    "Air Crash": Label.VIOLENCE,
    "Drugs & Tobacco": Label.DRUGS,
    "Products": Label.DRUGS,
    "Pills": Label.DRUGS,
    "Drugs & Tobacco Paraphernalia & Use": Label.DRUGS,
    "Smoking": Label.DRUGS,
    "Alcohol": Label.ALCOHOL,
    "Alcohol Use": Label.ALCOHOL,
    "Drinking": Label.ALCOHOL,
    "Alcoholic Beverages": Label.ALCOHOL,
    "Rude Gestures": Label.RUDE,
    "Middle Finger": Label.RUDE,
    "Gambling": Label.GAMBLING,
    "Hate Symbols": Label.HATE,
    "Nazi Party": Label.HATE,
    "White Supremacy": Label.HATE,
    "Extremist": Label.HATE,
}


def label_of(name: str) -> Label | None:
    """Our word for a name of theirs. A name we do not know is `other`: a new model must not mean that all is well."""
    return LABELS.get(name, Label.OTHER)


def own_labels(said: Mapping[str, float]) -> dict[Label, float]:
    """Names and confidences (percent) in our labels with scores in 0..1; what was looked for and not found is 0."""
    scores = {label: 0.0 for label in LABELS.values() if label}
    for name, confidence in said.items():
        if label := label_of(name):
            scores[label] = max(scores.get(label, 0.0), confidence / 100)
    return scores
