"""Starting a class, without a browser: one press, one class; the key is nowhere but where it belongs."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from digitlab.classroom import classes, database
from digitlab.classroom.tables import classes as class_table
from digitlab.errors import DatabaseGone
from pages.classroom.start import page
from tests.apptest import open_page


class Tab:
    """What a browser does with the component `kept`."""

    def __init__(self) -> None:
        self.text = ""

    def __call__(self, name: str, put: str | None = None) -> str:
        self.text = put or self.text
        return self.text


@pytest.fixture(autouse=True)
def tab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tab]:
    """One with a database of its own."""
    monkeypatch.setenv(database.VARIABLE, f"sqlite:///{tmp_path / 'classes.sqlite3'}")
    tab = Tab()
    monkeypatch.setattr(page, "kept", tab)
    yield tab
    database.close()


def said(test: AppTest) -> str:
    return "".join(html.proto.body for html in test.get("html")) + "".join(info.value for info in test.info)


def started() -> AppTest:
    test = open_page("class")
    test.button[0].click().run()
    assert not test.exception
    return test


def links(test: AppTest) -> list[str]:
    return [link.proto.url for link in test.get("link_button")]


def count() -> int:
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(class_table)).scalar() or 0


def test_one_press_starts_a_class_and_shows_how_to_join() -> None:
    test = started()
    code = test.query_params["class"]
    found = classes.find(code)
    assert found.task == classes.BALANCED
    assert f">{code}</p>" in said(test)
    assert "<b>0</b> have joined" in said(test)
    assert "data:image/svg+xml" in said(test)
    assert {url.split("?")[0] for url in links(test)} == {"/wall", "/desk"}


@pytest.mark.parametrize(
    ("choice", "digit"), [(classes.ONE, 3), (classes.FREE, None), (classes.BALANCED, None)]
)
def test_what_is_drawn_is_chosen_before(choice: str, digit: int | None) -> None:
    test = open_page("class")
    test.radio(key="class-task").set_value(choice).run()
    if digit is not None:
        test.button_group(key="class-digit").set_value(digit).run()
    test.button[0].click().run()
    found = classes.find(test.query_params["class"])
    assert (found.task, found.digit) == (choice, digit)


def test_a_second_press_finds_the_class_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    test = open_page("class")
    press = test.button[0].click()
    press.run()
    shown = test.session_state[page._KEY]
    shown.start(1)  # the same press arrives once more
    assert count() == 1


def test_who_tries_it_alone_comes_to_the_desk() -> None:
    test = open_page("class")
    test.button[1].click().run()
    assert not test.exception
    assert classes.with_key(test.query_params["class"], test.query_params["key"])
    assert count() == 1


def test_the_tab_finds_its_class_again_also_with_another_code(tab: Tab) -> None:
    code = started().query_params["class"]
    desk = next(url for url in links(open_page("class", {"class": code})) if "desk" in url)
    key = parse_qs(urlsplit(desk).query)["key"][0]
    assert classes.with_key(code, key).code == code
    found = classes.renew_code(classes.find(code).id)
    for test in (open_page("class", {"class": code}), open_page("class")):
        assert found.code in test.get("page_link")[-1].proto.label, "it leads there"


def test_without_the_key_there_is_no_key(tab: Tab) -> None:
    code = started().query_params["class"]
    tab.text = f"{classes.find(code).id} not-the-key"
    test = open_page("class", {"class": code})
    assert f">{code}</p>" in said(test)
    assert not test.get("popover")
    assert [url.split("?")[0] for url in links(test)] == ["/wall"]
    found = classes.renew_code(classes.find(code).id)
    test.run()
    assert "no class with this code" in said(test)
    assert found.code not in said(test) + "".join(links(test)), "nobody is told the new code"


@pytest.mark.parametrize(
    ("happens", "words"),
    [(classes.pause, "paused"), (classes.close, "over"), (classes.delete, "no class with this code")],
)
def test_it_says_what_has_become_of_the_class(happens: object, words: str) -> None:
    test = started()
    assert callable(happens)
    happens(classes.find(test.query_params["class"]).id)
    test.run()
    assert not test.exception
    assert words in said(test)


def test_the_database_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise DatabaseGone("The server can’t reach its database just now.")

    test = started()
    with monkeypatch.context() as patch:
        patch.setattr(database, "reading", gone)
        test.run()
        assert not test.exception
        assert "can’t reach its database" in said(test)
        fresh = open_page("class")
        patch.setattr(database, "writing", gone)
        fresh.button[0].click().run()
        assert "can’t reach its database" in said(fresh)
    test.run()
    assert "have joined" in said(test)
