"""What Hugging Face and Streamlit Community Cloud are given, as far as it can be tried without them."""

import asyncio
import http.client
import os
import re
import shlex
from contextlib import aclosing, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks.server import RunningApp, running_app
from benchmarks.streamlit_client import User
from deploy.huggingface import make_space
from tests.test_requirements import pulled_in, read
from ui import menu

ROOT = Path(__file__).parents[2]
CLOUD = Path("deploy") / "community_cloud"
PAGES = (menu.FRONT, "curves", "lessons", "glossary", "class")  # what they read lies in several folders


def asked(app: RunningApp, method: str, path: str) -> http.client.HTTPResponse:
    """The answer's status and headers."""
    server = urlsplit(app.base_url)
    with closing(http.client.HTTPConnection(server.hostname or "", server.port, timeout=30)) as connection:
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        return answer


async def open_pages(app: RunningApp, *pages: str) -> None:
    for page in pages:
        async with asyncio.timeout(60), aclosing(User(app.base_url, page=page)) as user:
            assert (await user.open()).error is None, page


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("space")
    make_space.make(folder)
    return folder


def variables() -> dict[str, str]:
    """What a Space sets, by name."""
    lines = (make_space.HERE / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    (words,) = (line.removeprefix("ENV ") for line in lines if line.startswith("ENV "))
    return dict(word.split("=", 1) for word in shlex.split(words))


def test_a_space_is_built_from_the_same_stages(space: Path) -> None:
    text = (space / "Dockerfile").read_text("utf-8")
    assert re.findall(r"^FROM \S+ AS (\S+)$", text, re.MULTILINE)[-2:] == ["serve", "space"]
    assert "\nFROM serve AS space\n" in text
    for source in re.findall(r"^COPY (deploy/\S+)", text, re.MULTILINE):
        assert (space / source).exists()


def test_a_space_listens_where_its_readme_says(space: Path) -> None:
    _, header, _ = (space / "README.md").read_text("utf-8").split("---\n", 2)
    settings = dict(line.split(": ", 1) for line in header.splitlines())
    assert settings["sdk"] == "docker"
    assert settings["app_port"] == variables()["STREAMLIT_SERVER_PORT"]
    assert len(settings["short_description"]) <= 60


def test_nobody_loses_a_space_that_is_there(space: Path) -> None:
    with pytest.raises(FileExistsError):
        make_space.make(space)


def test_a_space_holds_all_that_the_app_reads(space: Path) -> None:
    """An image holds the same. Hugging Face may show it in a frame, where an upload has no cookie."""
    env = {name: value for name, value in variables().items() if name != "STREAMLIT_SERVER_PORT"}
    with running_app(space / "app.py", cwd=space, env=os.environ | env) as app:
        asyncio.run(open_pages(app, *PAGES))
        assert "https://huggingface.co" in (asked(app, "GET", "/").getheader("Content-Security-Policy") or "")
        assert asked(app, "PUT", "/_stcore/upload_file/nobody/nothing").status == 400


def test_community_cloud_starts_the_app(tmp_path: Path) -> None:
    """As it does: from the checkout's root, with settings of its own above ours."""
    forced = {"STREAMLIT_SERVER_RUN_ON_SAVE": "true", "STREAMLIT_SERVER_ENABLE_XSRF_PROTECTION": "true"}
    with running_app(ROOT / CLOUD / "streamlit_app.py", cwd=ROOT, env=os.environ | forced) as app:
        asyncio.run(open_pages(app, menu.FRONT))
        assert asked(app, "GET", "/api/health").getheader("Content-Type") == "application/json"


def test_community_cloud_installs_no_tensorflow() -> None:
    """It takes the requirements beside the file that it starts, before those of the root."""
    (line,) = (ROOT / CLOUD / "requirements.txt").read_text("utf-8").splitlines()[1:]
    file = (ROOT / CLOUD / line.removeprefix("-r ")).resolve().relative_to(ROOT)
    assert not pulled_in(read(str(file))) & {"tensorflow", "keras"}
