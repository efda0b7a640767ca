"""How tests are dealt out to workers: a file, or a group, stays together, and what takes longest begins first.

The tests of a file stay on one worker, and with them its fixtures and the handlers that it imports. pytest-xdist deals
out those of many tests first; what has few and long ones would be left for the end, when the other workers have nothing
to do any more.
"""

from collections import OrderedDict
from typing import Any

import pytest
from xdist.scheduler import LoadGroupScheduling

FIRST = (
    "cloud",
    "templates",
    "page",
    "tests/contract/test_authorization.py",
    "tests/production/test_hostile_media.py",
    "tests/uploads/test_compose_upload.py",
    "tests/production/test_replays.py",
    "tests/local/test_media_token.py",
    "tests/browser/test_units.py",
)
"""Groups and files that take longest, or long for how few tests they have, in the order in which they begin."""


class ByFile(LoadGroupScheduling):
    _is_sorted = False

    def _split_scope(self, nodeid: str) -> str:
        group: str = super()._split_scope(nodeid)
        return group.split("::")[0]

    def _assign_work_unit(self, node: Any) -> None:
        if not self._is_sorted:  # the first time: the queue is whole
            first = {name: place for place, name in enumerate(FIRST)}
            left = sorted(self.workqueue.items(), key=lambda unit: first.get(unit[0], len(FIRST)))
            self.workqueue, self._is_sorted = OrderedDict(left), True
        super()._assign_work_unit(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return ByFile(config, log)
