"""A tab of "Train one yourself" that is loaded anew."""

from streamlit.testing.v1 import AppTest


def owner_after_reload(kept: object) -> str:
    """Whose trainings the new session sees, if the tab says that it has kept this."""

    def script() -> None:
        from types import SimpleNamespace

        import streamlit as st

        from pages.training.train_one import owner, trainings

        st.session_state[owner.KEY] = SimpleNamespace(owner=st.session_state["asked"])
        trainings._take_over()

    test = AppTest.from_function(script)
    test.session_state["asked"] = kept
    test.session_state["_trainer"] = "f" * 32
    test.run()
    assert not test.exception
    return test.session_state["_trainer"]
