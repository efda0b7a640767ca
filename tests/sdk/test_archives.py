"""The client's part of archives: what it sends, and what it makes of the answers."""

from tests.support.client_answers import Answers, client

OFFER = {"tier": "Bulk", "seconds": 43200, "price_microdollars": 8}
AT = "/v1/videos/v1/archive"


def test_an_archive_is_shown_made_and_ended() -> None:
    answers = Answers(
        {"state": None, "bytes": 3, "objects": 1, "restores": [OFFER]},
        {"state": "archiving"},
        {"state": "restoring", "tier": "Bulk", "ready_by": 5},
        {"state": "restoring", "tier": "Bulk", "ready_by": 5},
    )
    archives = client(answers).archives
    shown = archives.get("v1")
    assert (shown.state, [(one.tier, one.price_microdollars) for one in shown.restores]) == (None, [("Bulk", 8)])
    assert archives.archive("v1").state == "archiving"
    assert archives.restore("v1", "Bulk").ready_by == 5
    archives.restore("v1", "Bulk", limit_dollars=0.05)
    assert answers.asked == [
        ("GET", AT, None),
        ("PUT", AT, None),
        ("POST", f"{AT}/restore", {"tier": "Bulk"}),
        ("POST", f"{AT}/restore", {"tier": "Bulk", "limit_dollars": 0.05}),
    ]
