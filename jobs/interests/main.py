"""The job `interests`: it reads the stream of events and keeps in Valkey what is true of viewers and clips now.

    .venv-flink/bin/python -m jobs.interests.main --source files --path <folder> --cache valkey://127.0.0.1:6390 --state <folder>
    .venv-flink/bin/python -m jobs.interests.main --source kinesis --stream-arn <arn> --region <r> [--endpoint <url>] --jar <connectors.jar> …
    .venv-flink/bin/python -m jobs.interests.main --source archive --path <folder or s3://…/events/day=…/hour=…> …

PYTHONPATH is the repository and layers/common/python; the JVM needs Java 17. Options (jobs/interests/options.py), each
also a property of the group `interests` in /etc/flink/application_properties.json, where Managed Flink puts them
(`stream.arn` for --stream-arn and so on):

--source           kinesis | files | archive. files: segments of JSON lines that local/segment_feeder.py renames into
                   --path. archive: read once to its end, then the program ends; no heartbeat is written.
--cache            valkey:// or valkeys:// address.
--path --stream-arn --region --endpoint --reader (POLLING | EFO) --consumer (name for EFO) --position (TRIM_HORIZON |
                   LATEST; only for a start without state) --jar
--state            folder (or file:// address) of checkpoints and savepoints. The newest complete one is where the job
                   starts. Managed Flink keeps state itself: not given there.
--checkpoint-ms    1000; 10000 on Managed Flink.
--parallelism      1.
--watermark-ms     200: how often watermarks advance; 0 = with each event, for tests.
--pid-file         gets {"client": pid, "jvm": pid}: the JVM outlives a client that was killed, so who starts the job
                   ends both.

SIGTERM and SIGINT stop the job with a savepoint in --state; the exit code is 0. A job that failed for good (its
restarts are bounded) ends with 1. A Valkey that does not answer holds the stream back and fails nothing.
"""
