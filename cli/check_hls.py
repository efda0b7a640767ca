"""check-hls: holds a clip's playlists and files to RFC 8216 and Apple's authoring rules."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urljoin

import typer

from cli.session import AsJson

SECONDS = 20


def register(app: typer.Typer) -> None:
    app.command("check-hls")(check_hls)


def check_hls(
    where: Annotated[str, typer.Argument(help="Address of a master playlist, or a folder that holds master.m3u8.")],
    as_json: AsJson = False,
) -> None:
    """Check a clip against RFC 8216 and Apple's HLS authoring specification. Exit code 1 if a rule is broken.

    \b
      reelstack check-hls https://clips.example.com/v/.../master.m3u8
    """
    from reelstack.media.hls_conformance import RULES, check
    from reelstack.media.hls_reader import Folder

    if where.startswith(("http://", "https://")):
        with Site(where) as site:
            found = check(site, where)
    else:
        path = Path(where)
        found = check(Folder(path if path.is_dir() else path.parent), "master.m3u8" if path.is_dir() else path.name)
    if as_json:
        typer.echo(json.dumps({"checked": where, "rules": len(RULES), "findings": [asdict(one) for one in found]}))
    else:
        for one in found:
            typer.echo(f"✗ {one.rule}  {one.where}: {one.says}\n    {RULES[one.rule]}")
        typer.echo(f"{len(RULES)} rules, {len(found)} findings")
    raise typer.Exit(1 if found else 0)


class Site:
    """Files behind a master playlist's address, fetched by byte ranges."""

    def __init__(self, master: str) -> None:
        import httpx

        self.master = master
        self.http = httpx.Client(timeout=SECONDS)
        self.sizes: dict[str, int] = {}

    def __enter__(self) -> "Site":
        return self

    def __exit__(self, *_: Any) -> None:
        self.http.close()

    def size(self, name: str) -> int:
        if name not in self.sizes:
            self.read(name, 0, 1)
        return self.sizes[name]

    def read(self, name: str, offset: int, count: int) -> bytes:
        import httpx

        from reelstack.media.hls_reader import NotReadable

        try:
            ranged = {"range": f"bytes={offset}-{offset + count - 1}"}
            with self.http.stream("GET", urljoin(self.master, name), headers=ranged) as answer:
                if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return b""
                answer.raise_for_status()
                whole = answer.status_code == httpx.codes.OK
                total = answer.headers.get("content-range", "").rpartition("/")[2] or answer.headers["content-length"]
                self.sizes[name] = int(total)
                content = b"".join(_at_most(answer.iter_bytes(), count + (offset if whole else 0)))
                return content[offset : offset + count] if whole else content[:count]
        except (httpx.HTTPError, KeyError, ValueError) as error:
            raise NotReadable(f"{name}: {error or type(error).__name__}") from error


def _at_most(blocks: Any, count: int) -> Any:
    for block in blocks:
        yield block
        count -= len(block)
        if count <= 0:
            return
