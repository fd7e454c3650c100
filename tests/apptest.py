"""One page of the app in Streamlit's AppTest: its script runs in this process, without server or browser."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from ui import menu

SITE = Path(__file__).parents[1] / "ui" / "site.py"


def open_page(
    address: str,
    query: Mapping[str, Any] | None = None,
    state: Mapping[str, Any] | None = None,
    *,
    timeout: float = 120,
) -> AppTest:
    """The page as a visitor finds it who comes by its link, `query` included; menu and settings run as in
    the app. `state` is put into the session before the first run. Raises KeyError where there is no such
    page. Interact with what is returned, then call its `.run()`; it stays on the page."""
    test = AppTest.from_file(SITE, default_timeout=timeout)
    # AppTest.switch_page takes only pages that are files. Streamlit knows a page by the hash of its address.
    front = menu.ENTRIES[address].address == menu.FRONT
    test._page_hash = calc_hash("" if front else address)
    test.query_params.update(query or {})
    for key, value in (state or {}).items():
        test.session_state[key] = value
    test.run()
    assert test._finished_page_script_hash == test._page_hash, f"another page than /{address} has run"
    return test
