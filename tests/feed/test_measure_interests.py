"""How old the job's heartbeat is, as metrics."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import valkey

from functions.feed.measure_interests.handler import NEVER_SECONDS
from reelstack.feed import live_signals
