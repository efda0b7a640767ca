"""MediaConvert on a laptop, for tests: an HTTP server that takes CreateJob as boto3 sends it and does it with FFmpeg.

It knows only what is in the job: sizes, codecs, rates and key frames come from its settings, and files are written in
the shape that CMAF single files have (an index of their own, signed composition offsets).
"""

import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from reelstack.platform import aws as seam
from tests.clips import FFMPEG


class Transcoder:
    """`jobs` as they came in, by id. `finish` does one and returns the event that says so. Of those in `ended` none can
    be cancelled."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.cancelled: list[str] = []
        self.ended: set[str] = set()
        self._tokens: dict[str, str] = {}

    def create(self, request: dict[str, Any]) -> str:
        """Within a minute, the same token is the same job."""
        job_id = self._tokens.setdefault(request["clientRequestToken"], f"1795420800000-{len(self._tokens):06d}")
        self.jobs[job_id] = request
        return job_id

    def finish(self, job_id: str) -> dict[str, Any]:
        settings = self.jobs[job_id]["settings"]
        (source,), (group,) = settings["inputs"], settings["outputGroups"]
        cmaf = group["outputGroupSettings"]["cmafGroupSettings"]
        bucket, _, base = cmaf["destination"].removeprefix("s3://").partition("/")
        with tempfile.TemporaryDirectory() as name:
            original = Path(name) / "original"
            seam.client("s3").download_file(*source["fileInput"].removeprefix("s3://").split("/", 1), str(original))
            for output in group["outputs"]:
                made = Path(name) / "made.mp4"
                encode(original, output, made)
                extension = "cmfv" if "videoDescription" in output else "cmfa"
                seam.client("s3").upload_file(str(made), bucket, f"{base}{output['nameModifier']}.{extension}")
        return self.event(job_id, "COMPLETE")

    def event(self, job_id: str, status: str, **detail: Any) -> dict[str, Any]:
        job = self.jobs[job_id]
        return {
            "source": "aws.mediaconvert",
            "detail-type": "MediaConvert Job State Change",
            "detail": {
                "status": status,
                "jobId": job_id,
                "queue": job["queue"],
                "userMetadata": job["userMetadata"],
                **detail,
            },
        }


def encode(original: Path, output: dict[str, Any], made: Path) -> None:
    fragments = ["-f", "mp4", "-movflags", "+cmaf+dash+frag_keyframe+empty_moov"]
    if "audioDescriptions" in output:
        (description,) = output["audioDescriptions"]
        aac = description["codecSettings"]["aacSettings"]
        sound = ["-map", "0:a:0", "-ac", "2", "-ar", aac["sampleRate"], "-c:a", "aac", "-b:a", aac["bitrate"]]
        fragments = ["-f", "mp4", "-movflags", "+cmaf+dash+empty_moov", "-frag_duration", 2_000_000]
        return run("-i", original, *sound, *fragments, made)
    description = output["videoDescription"]
    wanted = description["codecSettings"]
    codec = wanted[{"H_264": "h264Settings", "H_265": "h265Settings", "AV1": "av1Settings"}[wanted["codec"]]]
    rate = codec["framerateNumerator"] / codec["framerateDenominator"]
    gop = round(codec["gopSize"] * (rate if codec.get("gopSizeUnits") == "SECONDS" else 1))
    fps = f"{codec['framerateNumerator']}/{codec['framerateDenominator']}"
    scale = f"fps={fps},scale={description['width']}:{description['height']},format=yuv420p"
    parameters = f"keyint={gop}:min-keyint={gop}:scenecut=0:open-gop=0:log-level=none"
    program = {
        "H_264": ["libx264", "-preset", "ultrafast", "-x264-params", parameters.replace(":log-level=none", "")],
        "H_265": ["libx265", "-preset", "ultrafast", "-x265-params", parameters, "-tag:v", "hvc1"],
        "AV1": ["libsvtav1", "-preset", "12", "-svtav1-params", f"crf=50:keyint={gop}:irefresh-type=2:scd=0:lp=1"],
    }[wanted["codec"]]
    limits = ["-maxrate", codec["maxBitrate"], "-bufsize", codec["maxBitrate"]]
    return run("-i", original, "-an", "-vf", scale, "-c:v", *program, *limits, *fragments, made)


def run(*arguments: Any) -> None:
    subprocess.run([FFMPEG, "-v", "error", "-y", *map(str, arguments)], check=True, timeout=60, capture_output=True)


@contextmanager
def serving(transcoder: Transcoder) -> Iterator[str]:
    """The address to give boto3 as MediaConvert's endpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["content-length"])))
            assert self.path == "/2017-08-29/jobs"
            self.answer(201, {"job": {"id": transcoder.create(request), "status": "SUBMITTED"}})

        def do_DELETE(self) -> None:
            job_id = self.path.removeprefix("/2017-08-29/jobs/")
            if job_id in transcoder.ended:
                return self.answer(409, {"message": "The job has ended"}, "ConflictException")
            transcoder.cancelled.append(job_id)
            return self.answer(202, {})

        def answer(self, status: int, told: dict[str, Any], error: str = "") -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            if error:
                self.send_header("x-amzn-errortype", error)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            """Says nothing: a test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
