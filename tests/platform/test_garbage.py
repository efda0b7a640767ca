"""Functions collect no garbage while they are imported, and all of them do afterwards."""

import gc
import importlib
import importlib.util

import pytest

import functions
from infra.catalogue import FUNCTIONS


@pytest.mark.parametrize("name", [line.module for line in FUNCTIONS])
def test_a_function_that_is_ready_collects_garbage(name: str) -> None:
    importlib.import_module(name)  # what it imports is there before collecting stops
    spec = importlib.util.find_spec(name)
    assert spec
    assert spec.loader
    importlib.reload(functions)
    assert not gc.isenabled()
    try:
        # A module of its own: reloaded, the one that other tests imported from would hold other classes than theirs.
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        assert gc.isenabled()
    finally:
        gc.enable()
