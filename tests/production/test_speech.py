"""What is said in a clip is read by the word list, whoever writes it down.

Amazon Transcribe is the real client, whose answers are queued: what it is asked is held against the service's model.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from infra.stages import STAGES
from reelstack.classification.verdicts import Label, Threshold, judge, known_by
from reelstack.platform import aws as seam
from reelstack.platform.config import PREFIX, Config, config
from reelstack.production.engine_choice import choose_listener
from reelstack.production.speech import LATEST
from tests.clips import drawn, ffmpeg
from tests.media.test_mediaconvert_job import planned
from tests.support.production import Production
from tests.voice import talking

NAME = "reelstack-test-u1-1"
TRANSCRIPT = "work/u1/1/transcript.json"
SUBTITLES = "1\n00:00:00,000 --> 00:00:01,000\nwell, shit\n\n"


@pytest.fixture
def listening(production: Production, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Production]:
    """listening(clip, listener) -> a production of the clip whose first rung is made."""

    def start(clip: Path, listener: str, languages: str = "en-US") -> Production:
        monkeypatch.setenv(PREFIX + "SPEECH", listener)
        monkeypatch.setenv(PREFIX + "SPEECH_LANGUAGES", languages)
        config.cache_clear()
        production.upload(clip)
        production.run("probe")
        production.run("encode_first_rung")
        return production

    return start


@pytest.fixture
def transcribe(aws: Config) -> Iterator[Stubber]:
    with Stubber(seam.client("transcribe")) as stubbed:
        yield stubbed


@pytest.fixture
def subtitled(tmp_path: Path) -> Path:
    """A second of picture and tone with words under it."""
    (tmp_path / "words.srt").write_text(SUBTITLES)
    clip = drawn(tmp_path / "plain.mp4", size="64x64")
    copied = ["-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text"]
    ffmpeg("-i", clip, "-i", tmp_path / "words.srt", *copied, tmp_path / "clip.mp4")
    return tmp_path / "clip.mp4"


def asked(languages: dict[str, Any]) -> dict[str, Any]:
    return {
        "TranscriptionJobName": NAME,
        "Media": {"MediaFileUri": "s3://intermediates/work/u1/1/speech.flac"},
        "MediaFormat": "flac",
        "MediaSampleRateHertz": 16_000,
        "OutputBucketName": "intermediates",
        "OutputKey": TRANSCRIPT,
        **languages,
    }


def job(status: str, age: timedelta = timedelta(minutes=1)) -> dict[str, Any]:
    return {"TranscriptionJob": {"TranscriptionJobStatus": status, "CreationTime": datetime.now(UTC) - age}}


def transcript(text: str) -> None:
    content = {"results": {"transcripts": [{"transcript": text}]}}
    seam.client("s3").put_object(Bucket="intermediates", Key=TRANSCRIPT, Body=json.dumps(content).encode())


def test_transcribe_is_asked_once_and_subtitles_are_read_meanwhile(
    listening: Callable[..., Production], transcribe: Stubber, subtitled: Path, tmp_path: Path
) -> None:
    production = listening(subtitled, "transcribe")
    transcribe.add_response("start_transcription_job", {}, asked({"LanguageCode": "en-US"}))
    transcribe.add_client_error("start_transcription_job", "ConflictException", http_status_code=400)
    first = production.run("submit_transcription")
    assert first == {"done": False, "labels": {"speech": 0.5}}
    assert production.run("submit_transcription") == first
    transcribe.assert_no_pending_responses()
    (tmp_path / "sent.flac").write_bytes(
        production.objects("intermediates", "work/u1/1/speech.flac")["work/u1/1/speech.flac"]
    )
    samples = ffmpeg("-i", tmp_path / "sent.flac", "-f", "s16le", "-")
    assert len(samples) == pytest.approx(2 * 16_000, rel=0.1), "one channel, a second"


def test_sound_that_was_dropped_is_not_listened_to(
    listening: Callable[..., Production], transcribe: Stubber, subtitled: Path
) -> None:
    """The first rung is made without a sound that cannot be decoded."""
    production = listening(subtitled, "transcribe")
    key = "work/u1/1/first.json"
    first = {**json.loads(production.objects("intermediates", key)[key]), "sound": None}
    seam.client("s3").put_object(Bucket="intermediates", Key=key, Body=json.dumps(first).encode())
    assert production.run("submit_transcription") == {"done": True, "labels": {}}


def test_of_several_languages_transcribe_finds_out_which_is_spoken(
    listening: Callable[..., Production], transcribe: Stubber, subtitled: Path
) -> None:
    production = listening(subtitled, "transcribe", "en-US,de-DE")
    languages = {"IdentifyLanguage": True, "LanguageOptions": ["en-US", "de-DE"]}
    transcribe.add_response("start_transcription_job", {}, asked(languages))
    production.run("submit_transcription")
    transcribe.assert_no_pending_responses()


def read(production: Production, **labels: float) -> dict[str, Any]:
    return dict(production.run("read_transcription", labels=labels))


def test_a_transcript_is_waited_for_read_and_forgotten(production: Production, transcribe: Stubber) -> None:
    of_it = {"TranscriptionJobName": NAME}
    for status in ("QUEUED", "IN_PROGRESS"):
        transcribe.add_response("get_transcription_job", job(status), of_it)
        assert read(production, speech=0.5) == {"done": False, "labels": {"speech": 0.5}}
    transcript("Oh shit, what the fuck.")
    transcribe.add_response("get_transcription_job", job("COMPLETED"), of_it)
    transcribe.add_response("delete_transcription_job", {}, of_it)
    assert read(production, speech=0.5) == {"done": True, "labels": {"speech": 0.75}}
    transcribe.add_client_error("get_transcription_job", "NotFoundException", http_status_code=400)
    assert read(production, speech=0.5) == {"done": True, "labels": {"speech": 0.75}}, "its answer was lost"
    transcribe.assert_no_pending_responses()


@pytest.mark.parametrize(("status", "age"), [("FAILED", timedelta(0)), ("IN_PROGRESS", 2 * LATEST)])
def test_sound_that_could_not_be_transcribed_goes_to_a_person(
    production: Production, transcribe: Stubber, status: str, age: timedelta
) -> None:
    transcribe.add_response("get_transcription_job", job(status, age))
    transcribe.add_response("delete_transcription_job", {})
    assert read(production, speech=0.0) == {"done": True, "labels": {"speech": 0.0, "unseen": 1.0}}


@pytest.mark.parametrize("stage", STAGES)
def test_words_that_are_said_never_reject_a_clip(stage: str) -> None:
    settings = STAGES[stage]
    limits = {Label(name): Threshold(**one.model_dump()) for name, one in settings.moderation_thresholds.items()}
    limits[Label.SPEECH] = Threshold(review=0.5, reject=0.5)
    engines = known_by([*settings.moderation_engines, "text", "speech"])
    assert judge({Label.SPEECH: 1.0, Label.PROFANITY: 1.0}, limits, engines).verdict == "review"


def test_a_clip_without_sound_is_not_listened_to() -> None:
    plan = planned(width=180, height=320)
    silent = plan.model_copy(update={"facts": plan.facts.model_copy(update={"audio_stream": None})})
    loud = plan.model_copy(update={"facts": plan.facts.model_copy(update={"audio_stream": 1})})
    assert (choose_listener(silent, "transcribe"), choose_listener(loud, "transcribe")) == ("none", "transcribe")


@pytest.mark.engines
def test_a_laptop_hears_what_is_said(listening: Callable[..., Production], tmp_path: Path) -> None:
    production = listening(talking(tmp_path / "talk.mp4", "he said it was bullshit. it was shit"), "pocketsphinx")
    heard = production.run("submit_transcription")
    assert heard["done"]
    assert heard["labels"]["speech"] >= 0.5


@pytest.mark.engines
def test_a_laptop_finds_nothing_wrong_with_the_weather(listening: Callable[..., Production], tmp_path: Path) -> None:
    clip = talking(tmp_path / "talk.mp4", "the weather today is nice and we walk to the park")
    assert listening(clip, "pocketsphinx").run("submit_transcription") == {"done": True, "labels": {"speech": 0.0}}
