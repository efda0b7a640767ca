"""Speech as text, through the word list: what is said in a clip may send it to a person, and never rejects it.

Subtitles inside the original are read; sound is transcribed by Amazon Transcribe, or on a laptop by PocketSphinx. A
transcript is kept as long as other work objects, a day, and Transcribe forgets its own when it has been read. Sound
that could not be transcribed is no approval: it has the label `unseen`.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from reelstack.classification import text_moderation, verdicts
from reelstack.classification.verdicts import Label
from reelstack.media import ffmpeg_process, still_args
from reelstack.media.ladder import Plan
from reelstack.media.mediaconvert_job import SOUND
from reelstack.platform import aws, storage
from reelstack.platform.config import config
from reelstack.platform.telemetry import count, logger
from reelstack.production import assets
from reelstack.production.steps import Work, asset_prefix

if TYPE_CHECKING:
    from pocketsphinx import Decoder

SUBTITLE_SECONDS, SOUND_SECONDS = 60, 120
LATEST = timedelta(hours=2)
"""After which a job is given up: Transcribe takes a fraction of a clip's length, or waits for its quota."""
UTTERANCE_BYTES = 15 * 2 * still_args.SPEECH_RATE
"""What PocketSphinx is given at a time: its work grows faster than what it is given."""


class Heard(BaseModel):
    """What a step says of the sound: `labels` so far, and whether there is more to wait for."""

    done: bool
    labels: dict[Label, float] = {}


def submit(work: Work, video_id: str, original: str, plan: Plan) -> Heard:
    """Reads subtitles, and transcribes the sound or asks Transcribe to, once for each attempt.

    Raises botocore's LimitExceededException while too many jobs run; ProgramFailed or ProgramTooSlow.
    """
    if assets.read_first_rung(work).sound is None:
        return Heard(done=True)  # it could not be decoded, and nobody will hear it
    written = labels(_subtitles(storage.original(original), plan))
    with tempfile.TemporaryDirectory(prefix="reelstack-speech-") as name:
        sound = Path(name) / "sound.mp4"
        storage.download("media", f"{asset_prefix(video_id, work.attempt)}{SOUND}.mp4", sound)
        if config().speech == "transcribe":
            _ask(work, _converted(sound, Path(name) / "speech.flac", "flac"))
            return Heard(done=False, labels=written)
        spoken = _recognise(_converted(sound, Path(name) / "speech.raw", "s16le").read_bytes())
        return Heard(done=True, labels=verdicts.highest([written, labels(spoken)]))


def read(work: Work, before: dict[Label, float]) -> Heard:
    """What the job's transcript adds to `before`; not done while the job runs. Sound it cannot read is `unseen`."""
    name = _job_name(work)
    try:
        job = aws.client("transcribe").get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
    except aws.client("transcribe").exceptions.NotFoundException:
        # Read by this step before, whose answer was lost: the transcript is there.
        return Heard(done=True, labels=verdicts.highest([before, _transcribed(work)]))
    status = job["TranscriptionJobStatus"]
    if status == "COMPLETED":
        found = Heard(done=True, labels=verdicts.highest([before, _transcribed(work)]))
    elif status == "FAILED" or datetime.now(UTC) - job["CreationTime"] > LATEST:
        logger.error("Transcribe could not listen", job=name, status=status, why=job.get("FailureReason"))
        count("SpeechNotTranscribed")
        found = Heard(done=True, labels={**before, Label.UNSEEN: 1.0})
    else:
        return Heard(done=False, labels=before)
    aws.client("transcribe").delete_transcription_job(TranscriptionJobName=name)
    return found


def labels(text: str) -> dict[Label, float]:
    return verdicts.own_labels("speech", text_moderation.scores([text]))


def _ask(work: Work, sound: Path) -> None:
    transcribe, languages = aws.client("transcribe"), config().speech_languages.split(",")
    storage.upload("intermediates", sound, work.key("speech.flac"), "audio/flac", storage.BRIEFLY)
    language: dict[str, Any] = {"LanguageCode": languages[0]}
    if len(languages) > 1:
        language = {"IdentifyLanguage": True, "LanguageOptions": languages}
    try:
        transcribe.start_transcription_job(
            TranscriptionJobName=_job_name(work),
            Media={"MediaFileUri": f"s3://{config().intermediates_bucket}/{work.key('speech.flac')}"},
            MediaFormat="flac",
            MediaSampleRateHertz=still_args.SPEECH_RATE,
            OutputBucketName=config().intermediates_bucket,
            OutputKey=work.key("transcript.json"),
            **language,
        )
    except transcribe.exceptions.ConflictException:
        logger.info("asked before", job=_job_name(work))


def _job_name(work: Work) -> str:
    return f"reelstack-{config().stage}-{work.execution}"


def _transcribed(work: Work) -> dict[Label, float]:
    found = storage.read_json("intermediates", work.key("transcript.json"))["results"]["transcripts"]
    return labels(" ".join(one["transcript"] for one in found))


def _subtitles(source: Path, plan: Plan) -> str:
    """The text of the original's first subtitles; none if it has none that are text."""
    with tempfile.TemporaryDirectory(prefix="reelstack-subtitles-") as name:
        target = Path(name) / "subtitles.srt"
        try:
            arguments = still_args.subtitles(source, plan.facts.container, target)
            ffmpeg_process.ffmpeg(arguments, SUBTITLE_SECONDS)
            return target.read_text("utf-8", "replace")
        except (ffmpeg_process.ProgramFailed, ffmpeg_process.ProgramTooSlow) as failed:
            logger.debug("no subtitles", why=str(failed))
            return ""


def _converted(sound: Path, target: Path, kind: str) -> Path:
    ffmpeg_process.ffmpeg(still_args.speech(sound, target, kind), SOUND_SECONDS)
    return target


def _recognise(samples: bytes) -> str:
    return " ".join(_utterances(samples))


def _utterances(samples: bytes) -> Iterator[str]:
    decoder = _decoder()
    for start in range(0, len(samples), UTTERANCE_BYTES):
        decoder.start_utt()
        decoder.process_raw(samples[start : start + UTTERANCE_BYTES], full_utt=True)
        decoder.end_utt()
        if guess := decoder.hyp():
            yield guess.hypstr


@cache
def _decoder() -> "Decoder":
    """English, from the package's own model. Only a laptop has the package."""
    from pocketsphinx import Decoder

    return Decoder(samprate=still_args.SPEECH_RATE, loglevel="FATAL")
