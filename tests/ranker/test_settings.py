import json

import pytest

from jobs.ranker import settings
from reelstack.feed.rank_model import HARMS, HEADS


def test_absent_settings_are_the_defaults() -> None:
    assert settings.read("{}") == settings.Settings()
    assert settings.read('{"shape": {"hidden": [8]}}').shape.hidden == (8,)


@pytest.mark.parametrize("harm", HARMS)
def test_rewarded_harm_is_refused(harm: str) -> None:
    weights = {**dict.fromkeys(HEADS, 0.0), harm: 0.1}
    with pytest.raises(settings.SettingRefused, match=harm):
        settings.read(json.dumps({"weights": weights}))


@pytest.mark.parametrize("text", ["{", "[]", '{"unheard": 1}', '{"fitting": {"unheard": 1}}', '{"weights": {}}'])
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(settings.SettingRefused):
        settings.read(text)
