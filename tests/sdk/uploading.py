"""The client as a program of its own, to be killed: `python uploading.py ORIGIN FILE FOLDER MODE`."""

import sys
from pathlib import Path

from reelstack_client import Client, Sending

if __name__ == "__main__":
    origin, file, folder, mode = sys.argv[1:]
    client = Client(origin, resume_folder=Path(folder))
    done = client.uploads.upload(Path(file), title="Clip", how=Sending(mode=mode))  # type: ignore[arg-type]
    print(done.upload_id)
