"""Production: how an uploaded original becomes a playable video, by a state machine and its steps.

dispatcher        takes jobs from the queues and starts as many productions as there are slots
fair_queue        which job is next, by priority and creator; pure
backlog           the table of jobs that wait for a slot
queues            the three SQS queues and their dead letters
jobs              what a job is: from S3's event or from our own request; pure
executions        claims an upload, starts and reconciles Step Functions executions
slots             leases that bound how many executions run
attempts          publishes, rejects or fails an attempt: a first production or a re-encode
steps             inputs of the steps, and the keys of the objects they leave for each other
asset_files       what an asset says of each of its files; pure
assets            writes the playable objects of an attempt into the media bucket
inspection        frames and texts in, a verdict out
engine_choice     which engine encodes and which inspects a clip; pure
engine_callbacks  stores task tokens and results of managed engines
mediaconvert      MediaConvert as an encoder
rekognition       Rekognition as an inspector
speech            what is said in a clip, as text through the word list
progress          how far a production is, as its owner reads it
retries           further attempts at a production that failed
leftovers         objects of attempts that failed or were replaced, and their removal
ladder_completion the renditions that a clip lacks, once it is watched
originals         what becomes of uploaded files, and the way back of those in an archive
reencodes         producing a published video again without an interruption of its playback
workload          processor time of each step of a plan, and what is refused for taking too much; pure
cost_estimate     prices a plan before it is produced; pure
budget            the day's estimated spend, and the limit on low-priority work
status            slots, backlog, dead letters and spend in one answer, for administrators
"""
