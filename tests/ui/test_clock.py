"""The clock of a page: it runs while something is on, and stops by itself."""

from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from ui.clock import fragment_while

    state = st.session_state
    state["page-runs"] = state["page-runs"] + 1

    @fragment_while(lambda: state["on"], 60)
    def part() -> None:
        state["part-runs"] += 1
        if state["part-runs"] == state["ends-at"]:
            state["on"] = False

    part()


def runs(on: bool, ends_at: int) -> tuple[int, int]:
    test = AppTest.from_function(script)
    for key, value in {"on": on, "ends-at": ends_at, "page-runs": 0, "part-runs": 0}.items():
        test.session_state[key] = value
    test.run()
    assert not test.exception
    return test.session_state["page-runs"], test.session_state["part-runs"]


def test_a_change_within_the_part_runs_the_page_once_more() -> None:
    assert runs(on=True, ends_at=1) == (2, 2)


def test_without_a_change_nothing_runs_twice() -> None:
    assert runs(on=False, ends_at=9) == (1, 1)
    assert runs(on=True, ends_at=9) == (1, 1)
