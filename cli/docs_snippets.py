"""Writes the Python and TypeScript of docs/ to build/snippets, a module for each page; `make check` types them."""

import json
import re
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "snippets"
BLOCK = re.compile(r"```(python|ts)\n(.*?)```", re.DOTALL)
ENDS = {"python": "py", "ts": "ts"}
FROM_THE_APP = 'def my_access_token() -> str:\n    return ""\n\n\n'
GIVEN = {
    "sdk.py": f'video_id = ""\n\n\n{FROM_THE_APP}',
    "quick_start.py": FROM_THE_APP,
    "degradation.py": (
        "from reelstack.degradation.health import Health, Pipeline\n\n\n"
        "class Commands(Pipeline):\n    def execute(self) -> list[object]:\n        return []\n\n\n"
        "health: Health\npipeline: Commands\nnow_ms = 0\n\n"
    ),
    "experiments.py": "user_id: str | None = None\nsession = in_service = ''\n\n",
    "sdk_typescript.ts": (
        "import type { Memory } from '@reelstack/client/uploads';\n"
        "declare const file: File;\ndeclare const signal: AbortSignal;\ndeclare const memory: Memory;\n"
        "declare const session: { token(): Promise<string> };\n"
        "declare const video_id: string;\ndeclare const upload_id: string;\n"
    ),
    "player_readme.ts": (
        "import type { Item } from '@reelstack/player';\n"
        "declare const page: { items: Item[] };\ndeclare const videos: { get(id: string): Promise<Item> };\n"
    ),
    "player.ts": "declare const session: { token(): Promise<string> };\n",
    "uploads.ts": "declare const session: { accessToken(): Promise<string> };\n",
}
"""What the reader of a page has already."""
PACKAGES = ("web/player/README.md",)
COPIED = ("web/src/uppy.ts",)
"""What a reader copies beside their own code: complete by itself, or types fail."""
TSCONFIG = {
    "extends": "../../web/tsconfig.json",
    "compilerOptions": {"noUnusedLocals": False},
    "include": ["*.ts"],
}


def write(docs: Path = ROOT / "docs", folder: Path = FOLDER) -> list[Path]:
    """The modules that it wrote."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    written = list[Path]()
    for page in (*sorted(docs.rglob("*.md")), *(docs.parent / name for name in PACKAGES)):
        for language, end in ENDS.items():
            blocks = [code for found, code in BLOCK.findall(page.read_text()) if found == language]
            if blocks:
                name = page.stem if docs in page.parents else f"{page.parent.name}_readme"
                module = folder / f"{name.replace('-', '_')}.{end}"
                text = GIVEN.get(module.name, "") + "\n".join(blocks)
                module.write_text(text)
                written.append(module)
    for copied in COPIED:
        shutil.copy(docs.parent / copied, folder)
    (folder / "tsconfig.json").write_text(json.dumps(TSCONFIG))
    return written


if __name__ == "__main__":
    write()
