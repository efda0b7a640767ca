"""Functions collect no garbage while they are imported, and all of them do afterwards."""

import gc
import importlib

import pytest

import functions
from infra.catalogue import FUNCTIONS


@pytest.mark.parametrize("name", [line.module for line in FUNCTIONS])
def test_a_function_that_is_ready_collects_garbage(name: str) -> None:
    module = importlib.import_module(name)
    importlib.reload(functions)
    assert not gc.isenabled()
    try:
        importlib.reload(module)
        assert gc.isenabled()
    finally:
        gc.enable()
