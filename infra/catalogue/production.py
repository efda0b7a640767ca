"""Production: what starts it, its steps, and what managed engines report."""

from infra.catalogue.fn import MEDIA, ML, PRODUCTION_QUEUES, PRODUCTION_SLOTS, Fn, Target
from reelstack.tables.accounts import User
from reelstack.tables.moderation import Review, Strike
from reelstack.tables.production import BacklogEntry, Claim, EngineJob, Lease, Spending, Turn
from reelstack.tables.uploads import Upload, Usage
from reelstack.tables.videos import Video

WORK, SERVED = "intermediates:work/", ("media:v/",)
WORK_AND_MEDIA = (WORK, *SERVED)
QUEUES, TAG = ("receive_production_queues", "send_dead_letters"), ("tag_originals",)
EXPIRY = ("playback_seconds_public",)
"""Of addresses: when what an attempt leaves behind may go."""
TAGGED = (*EXPIRY, "uploads_bucket")
THRESHOLDS = ("moderation_thresholds",)
SEEN = ("read_content_moderation",)


def _receiver(name: str, *calls: str) -> Fn:
    """Takes what a managed engine reports to the step that waits for it."""
    own = ("answer_engine_steps", *calls)
    return Fn(name, "event", timeout=30, reads=(EngineJob,), writes=(EngineJob,), calls=own)


def _encoder(name: str, memory: int, writes: tuple[Target, ...]) -> Fn:
    return Fn(
        name,
        "step",
        layers=MEDIA,
        memory=memory,
        timeout=900,
        disk=4096,
        reads=("uploads:originals/", WORK),
        writes=writes,
        config=("ffmpeg_path", "ffprobe_path", "encode_threads"),
    )


FUNCTIONS: tuple[Fn, ...] = (
    Fn(
        "start_production",
        "event",
        every_minutes=1,
        event_seconds=300,
        timeout=60,
        reads=(Upload, Usage, Video, Claim, Lease, BacklogEntry, Turn, Spending, "uploads:originals/"),
        writes=(Upload, Usage, Claim, Lease, Video, BacklogEntry, Turn, Spending),
        deletes=(Lease, BacklogEntry),
        config=(
            *(*PRODUCTION_QUEUES, *PRODUCTION_SLOTS, *EXPIRY),
            *("production_machine_arn", "production_slots_per_creator", "creator_microdollars_per_day"),
        ),
        calls=(*QUEUES, "start_production_machine", "restore_originals"),
    ),
    Fn(
        "reconcile_production",
        "schedule",
        every_minutes=5,
        timeout=60,
        reads=(Video, Claim, Lease, Spending, Review, User),
        writes=(Claim, Lease, Video, Spending, Usage),
        deletes=(Lease, "media:v/", "media:quarantine/"),
        config=("production_machine_arn", "decision_machine_arn", "production_slots", *EXPIRY),
        calls=(
            *("describe_production_machine", "start_decision_machine", "describe_decision_machine"),
            *("answer_production", "list_media"),
        ),
    ),
    Fn(
        "probe",
        "step",
        layers=MEDIA,
        memory=1769,
        timeout=300,
        disk=4096,
        reads=(Upload, Video, Lease, "uploads:originals/"),
        writes=(Lease, WORK),
        config=(
            *("ffmpeg_path", "ffprobe_path", "max_duration_seconds", "segment_seconds", "segment_workers", "speech"),
            *("avc_rungs", "av1_rungs", "av1_preset", "ladder_policy", "max_clip_microdollars"),
            *("architecture", "engine", "mediaconvert_over_seconds", "moderation_engines"),
        ),
    ),
    _encoder("encode_first_rung", 5307, (Video, WORK, "media:v/")),
    _encoder("transcode", 7076, (Lease, WORK)),
    Fn(
        "submit_mediaconvert",
        "step",
        timeout=30,
        reads=(EngineJob, WORK),
        writes=(EngineJob,),
        config=("uploads_bucket", "mediaconvert_max_microdollars", "mediaconvert_queue", "mediaconvert_role"),
        calls=("create_transcode_job", "pass_transcode_role", "answer_engine_steps"),
    ),
    _receiver("receive_mediaconvert_event", "cancel_transcode_jobs"),
    Fn("package", "step", memory=1769, timeout=300, disk=4096, reads=WORK_AND_MEDIA, writes=WORK_AND_MEDIA),
    Fn(
        "sample_frames",
        "step",
        layers=MEDIA,
        memory=3538,
        timeout=600,
        disk=2048,
        reads=("media:v/", WORK),
        writes=(WORK,),
        config=("ffmpeg_path", "ffprobe_path", "origin_secret"),
        calls=("read_origin_secret",),
    ),
    Fn(
        "inspect_frames",
        "step",
        layers=ML,
        memory=3538,
        timeout=600,
        reads=(Video, Strike, *WORK_AND_MEDIA),
        config=("moderation_engines", *THRESHOLDS),
    ),
    Fn(
        "submit_rekognition",
        "step",
        layers=MEDIA,
        memory=1769,
        timeout=60,
        disk=2048,
        reads=(EngineJob, "media:v/", WORK),
        writes=(EngineJob, WORK),
        config=("ffmpeg_path", "rekognition_topic", "rekognition_role"),
        calls=("start_content_moderation", "pass_rekognition_role", "answer_engine_steps"),
    ),
    _receiver("receive_rekognition_result"),
    Fn(
        "submit_transcription",
        "step",
        layers=MEDIA,
        memory=1769,
        timeout=600,
        disk=4096,
        reads=("uploads:originals/", WORK, "media:v/"),
        writes=(WORK,),
        config=("ffmpeg_path", "ffprobe_path", "speech", "speech_languages"),
        calls=("start_transcription",),
    ),
    Fn("read_transcription", "step", timeout=30, reads=(WORK,), calls=("read_transcription",)),
    Fn("read_rekognition", "step", timeout=60, reads=(Video, Strike, "media:v/"), config=THRESHOLDS, calls=SEEN),
    Fn("publish", "step", reads=(Video, Upload, WORK), writes=(Video, Lease), deletes=SERVED, config=TAGGED, calls=TAG),
    Fn("reject", "step", reads=(Video, WORK), writes=(Video, Strike, Lease), config=EXPIRY),
    Fn("fail", "step", writes=(Video, Lease), config=EXPIRY),
)
