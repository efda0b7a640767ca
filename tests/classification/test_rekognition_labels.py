"""The map of Rekognition's labels is complete: every name of version 7's published taxonomy, and no other.

The list is that of "Label categories" in the developer guide (moderation-api.html), written down again, by level.
"""

from infra.stages import STAGES
from reelstack.classification.rekognition_images import MIN_CONFIDENCE
from reelstack.classification.rekognition_labels import LABELS, own_labels
from reelstack.classification.verdicts import Label

TAXONOMY = {
    "Explicit": {
        "Explicit Nudity": {
            "Exposed Male Genitalia",
            "Exposed Female Genitalia",
            "Exposed Buttocks or Anus",
            "Exposed Female Nipple",
        },
        "Explicit Sexual Activity": set(),
        "Sex Toys": set(),
    },
    "Non-Explicit Nudity of Intimate parts and Kissing": {
        "Non-Explicit Nudity": {
            "Bare Back",
            "Exposed Male Nipple",
            "Partially Exposed Buttocks",
            "Partially Exposed Female Breast",
            "Implied Nudity",
        },
        "Obstructed Intimate Parts": {"Obstructed Female Nipple", "Obstructed Male Genitalia"},
        "Kissing on the Lips": set(),
    },
    "Swimwear or Underwear": {"Female Swimwear or Underwear": set(), "Male Swimwear or Underwear": set()},
    "Violence": {
        "Weapons": set(),
        "Graphic Violence": {
            "Weapon Violence",
            "Physical Violence",
            "Self-Harm",
            "Blood & Gore",
            "Explosions and Blasts",
        },
    },
    "Visually Disturbing": {
        "Death and Emaciation": {"Emaciated Bodies", "Corpses"},
        "Crashes": {"Air Crash"},
    },
    "Drugs & Tobacco": {"Products": {"Pills"}, "Drugs & Tobacco Paraphernalia & Use": {"Smoking"}},
    "Alcohol": {"Alcohol Use": {"Drinking"}, "Alcoholic Beverages": set()},
    "Rude Gestures": {"Middle Finger": set()},
    "Gambling": {},
    "Hate Symbols": {"Nazi Party": set(), "White Supremacy": set(), "Extremist": set()},
}


def test_every_name_of_the_taxonomy_has_its_place_and_no_other() -> None:
    names = {name for top, below in TAXONOMY.items() for second, third in below.items() for name in (second, *third)}
    assert set(LABELS) == names | set(TAXONOMY)


def test_a_harmless_child_does_not_condemn_through_its_parents() -> None:
    """Rekognition names a detection's parents as well."""
    for top, below in TAXONOMY.items():
        for second, third in below.items():
            for child in third or {second}:
                if LABELS[child] is None:
                    assert (LABELS[top], LABELS[second]) == (None, None), child


def test_every_label_has_thresholds_that_rekognition_can_reach() -> None:
    thresholds = STAGES["prod"].moderation_thresholds
    assert set(thresholds) == set(Label)
    seen = {label for label in LABELS.values() if label}
    assert all(thresholds[label].review >= MIN_CONFIDENCE / 100 for label in seen)


def test_confidences_are_scores_and_the_highest_of_several_names_counts() -> None:
    scores = own_labels({"Sex Toys": 51.0, "Explicit": 88.0, "Kissing on the Lips": 99.0})
    assert (scores[Label.SEXUAL], scores[Label.GRAPHIC]) == (0.88, 0.0)
