"""The client as a program of its own, to be killed: `python uploading.py ORIGIN FILE FOLDER MODE sync|async`."""

import asyncio
import sys
from pathlib import Path

from reelstack_client import AsyncClient, Client, Sending, Upload


async def awaited(origin: str, file: Path, folder: Path, how: Sending) -> Upload:
    async with AsyncClient(origin, resume_folder=folder) as client:
        return await client.uploads.upload(file, title="Clip", how=how)


def blocking(origin: str, file: Path, folder: Path, how: Sending) -> Upload:
    with Client(origin, resume_folder=folder) as client:
        return client.uploads.upload(file, title="Clip", how=how)


if __name__ == "__main__":
    origin, file, folder, mode, flavor = sys.argv[1:]
    told = (origin, Path(file), Path(folder), Sending(mode=mode))  # type: ignore[arg-type]  # it came as text
    print((blocking(*told) if flavor == "sync" else asyncio.run(awaited(*told))).upload_id)
