"""Makes the folder of a Hugging Face Space: `python deploy/huggingface/make_space.py FOLDER`.

It holds what .dockerignore lets into an image, unless git ignores it; a Dockerfile, which is
deploy/Containerfile and the lines of deploy/huggingface/Dockerfile; and a README.md with its settings.
It needs nothing but Python and git.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def files() -> list[str]:
    """What an image is made of, as paths from the checkout's root. Raises CalledProcessError without git."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    wanted = [line.removeprefix("!") for line in lines if line.startswith("!")]
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *wanted]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).exists())


def dockerfile() -> str:
    """The Space's image, from its base on. Its last stage is the one that Hugging Face builds."""
    parts = (ROOT / "deploy" / "Containerfile", HERE / "Dockerfile")
    return "".join(part.read_text("utf-8") for part in parts)


def make(folder: Path) -> None:
    """Raises FileExistsError where the folder holds anything: what is there may be the Space's history."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} isn't empty.")
    for name in [*files(), ".dockerignore"]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    (folder / "Dockerfile").write_text(dockerfile(), "utf-8")
    shutil.copyfile(HERE / "README.md", folder / "README.md")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
