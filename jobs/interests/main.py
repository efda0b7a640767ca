"""The job `interests`: it reads the stream of events and keeps in Valkey what is true of viewers and clips now.

    .venv-flink/bin/python -m jobs.interests.main --cache valkey://127.0.0.1:6390 --state <folder> <source>
    <source>  --source files --path <folder>
              --source kinesis --stream-arn <arn> --region <region> [--endpoint <url>] --jar <connectors.jar>
              --source archive --path <folder, or s3://…/events/day=…/hour=…>

PYTHONPATH is the repository and layers/common/python; the JVM needs Java 17. Options (jobs/interests/options.py), each
also a property of the group `interests` in /etc/flink/application_properties.json, where Managed Flink puts them
(`stream.arn` for --stream-arn and so on):

--source           kinesis | files | archive. files: segments of JSON lines that local/segment_feeder.py renames into
                   --path. archive: read once to its end, then the program ends; no heartbeat is written.
--cache            valkey:// or valkeys:// address.
--path --stream-arn --region --endpoint --reader (POLLING | EFO) --consumer (name for EFO) --position (TRIM_HORIZON |
                   LATEST; only for a start without state) --jar
--state            folder (or file:// address) of checkpoints and savepoints, by generation (checkpoints.py). The newest
                   complete one is where the job starts. Managed Flink keeps state itself: not given there.
--checkpoint-ms    1000; 10000 on Managed Flink.
--parallelism      1; Managed Flink's own is taken there.
--watermark-ms     200: how often watermarks advance; 0 = with each event, for tests.
--restarts         20 within ten minutes; then the job has failed.
--pid-file         gets {"client": pid, "jvm": pid}: the JVM outlives a client that was killed, so who starts the job
                   ends both.

SIGTERM and SIGINT stop the job with a savepoint in --state; the exit code is 0. A job that failed for good (its
restarts are bounded) ends with 1. A job that failed since it cannot read the state that it started at begins again, at
the state before or anew. A Valkey that does not answer holds the stream back and fails nothing.
"""

import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

if __package__ in (None, ""):  # Managed Flink runs main.py of the zip, beside the folders jobs/ and reelstack/
    sys.path.insert(0, str(Path(__file__).parent))

from py4j.protocol import Py4JJavaError
from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.java_gateway import get_gateway

from jobs.interests import checkpoints, segments
from jobs.interests import options as given
from jobs.interests.options import Options
from jobs.interests.plan import build
from jobs.interests.settings import address, settings

NAME = "interests"
LOOKED_EVERY_SECONDS = 0.2
ENDS = (signal.SIGTERM, signal.SIGINT)
ANEW = "interests: starts anew, of what the stream holds"


def main(argv: list[str]) -> int:
    options = given.read(argv)
    if options.managed:
        _planned(options).execute(NAME)
        return 0
    state, others = checkpoints.opened(options.state)
    options = replace(options, state=state)
    if others and not checkpoints.newest_state(state):
        _say(f"{ANEW}: an earlier release left a state that this one does not read")
    start = checkpoints.newest_state(options.state)
    failure = _run(options, start)
    if not failure:
        return 0
    _say(f"interests: failed: {failure}")
    was_read = checkpoints.newest_state(options.state) != start  # there is a newer one
    if not start or was_read or not checkpoints.is_unreadable(failure):
        return 1
    checkpoints.set_aside(start)
    instead = checkpoints.newest_state(options.state)
    _say(f"{'interests: starts at the state before' if instead else ANEW}: {start} cannot be read")
    return _begin_again(argv)


def _begin_again(argv: list[str]) -> NoReturn:
    """With a JVM of its own: in that of a job that failed while it began, Python may not start a second time."""
    jvm = get_gateway().jvm.java.lang.ProcessHandle.current().pid()
    os.kill(jvm, signal.SIGKILL)
    with suppress(ChildProcessError):
        os.waitpid(jvm, 0)
    os.execv(sys.executable, [sys.executable, "-m", "jobs.interests.main", *argv])  # noqa: S606  # ours


def _planned(options: Options, state: str = "") -> StreamExecutionEnvironment:
    configuration = Configuration()
    for name, value in settings(options).items():
        configuration.set_string(name, value)
    if state:
        configuration.set_string("execution.state-recovery.path", state)
    env = StreamExecutionEnvironment.get_execution_environment(configuration)
    if options.jar:
        env.add_jars(Path(options.jar).resolve().as_uri())
    build(env, options)
    return env


def _run(options: Options, state: str) -> str:
    """Until the job ends, or a signal asks for its end. What it failed of; empty if it did not."""
    if state:
        _say(f"interests: starts at {state}")
    elif options.source == "files":
        segments.gather(Path(options.path))
    env = _planned(options, state)
    if options.pid_file:
        pids = {"client": os.getpid(), "jvm": get_gateway().jvm.java.lang.ProcessHandle.current().pid()}
        Path(options.pid_file).write_text(json.dumps(pids))
    try:
        job = env.execute_async(NAME)
    except Py4JJavaError as error:  # a state whose list of files is damaged is refused at once
        return str(error)
    return _watch(job, options)


def _watch(job: Any, options: Options) -> str:
    asked: list[int] = []
    for number in ENDS:
        signal.signal(number, lambda got, _frame: asked.append(got))
    _say(f"interests: reads by {options.source}")
    result = job.get_job_execution_result()  # its status cannot be asked for: the mini-cluster ends with the job
    while not asked:
        if result.done():
            for number in ENDS:  # nobody looks at what is asked any more
                signal.signal(number, signal.SIG_DFL)
            if error := result.exception():
                return str(error)
            _say("interests: finished")
            return ""
        time.sleep(LOOKED_EVERY_SECONDS)
    if options.state:
        _say(f"interests: stopped at {_stop(job, options.state)}")
    else:
        job.cancel().result()
    return ""


def _stop(job: Any, folder: str) -> str:
    """Where the savepoint is. Java's method is called directly: PyFlink 2.3 names one of two parameters, which Flink 2
    no longer has."""
    form = get_gateway().jvm.org.apache.flink.core.execution.SavepointFormatType.CANONICAL
    return str(job._j_job_client.stopWithSavepoint(False, address(folder), form).get())


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
