"""A rehearsal says what would be done, and what stops it, without credentials."""

from deployment import rehearsal
from infra.stages import STAGES


def test_a_stage_that_keeps_its_data_would_not_be_destroyed() -> None:
    assert rehearsal.destroy(STAGES["prod"]) == [
        "would refuse: stage prod keeps its data (keep_data in infra/stages.py)"
    ]


def test_a_stage_without_an_account_would_stop_first() -> None:
    lines = rehearsal.destroy(STAGES["dev"])
    assert lines[0].startswith("would stop before anything below: stage dev names no account")
    known = STAGES["dev"].model_copy(update={"account": "123456789012"})
    assert rehearsal.destroy(known) == lines[1:]
