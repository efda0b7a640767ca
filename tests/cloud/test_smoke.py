"""The same walk in both profiles: `core` is what stage dev is deployed as, and has neither a cache nor search."""

from pathlib import Path

import pytest

from tests.cloud.driver import Driver
from tests.cloud.smoke import walk

pytestmark = pytest.mark.cloud


def test_everything_that_people_do_works_in_profile_full(drive: Driver, tmp_path: Path) -> None:
    walk(drive, tmp_path)
