"""The script of docs/operations.md that reads the archive for how clips played."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from reelstack.behavior import client_events, stored_event
from reelstack.behavior.stored_event import Viewer
from tests.behavior.test_client_events import example

PAGE = (Path(__file__).parents[2] / "docs/operations.md").read_text()


def line(number: int, kind: str = "quality", **measures: Any) -> bytes:
    event = client_events.read(example(kind, id=f"01930b9e-7c00-7abc-8def-{number:012x}", **measures))
    return stored_event.line(stored_event.of_client(event, Viewer("s:1", False, False), None, None, (1, 2)))


def test_the_script_says_how_clips_played(tmp_path: Path) -> None:
    found = re.search(r"### How clips play\n.*?```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    (tmp_path / "quality.py").write_text(found[1])
    none = {"played_ms": 0, "bsa": 0, "bsda": 0, "ec": ["network"], "bytes": 0, "wasted_bytes": 0}
    dark = json.loads(line(4, **none))
    dark["extra"] = json.dumps({name: value for name, value in json.loads(dark["extra"]).items() if name != "msd"})
    lines = [line(0, "play"), line(1, msd=100, bsda=400, played_ms=9600), line(2, msd=900), json.dumps(dark).encode()]
    for hour, some in (("08", [lines[0], lines[1], lines[2]]), ("09", [lines[1], lines[3]])):
        path = tmp_path / f"day/hour={hour}/shard-1-2.jsonl.gz"
        path.parent.mkdir(parents=True)
        path.write_bytes(gzip.compress(b"\n".join(some)))
    done = subprocess.run(
        [sys.executable, "quality.py", "day"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "stalled: 3.59% of the time, 1.000 times a view",
        "start: 900 ms, 95 % within 900 ms, 2 views",
        "no picture: 1, of them with an error 1",
        "wasted: 2.3% of 0.005 GB",
    ]
