"""A part of a page that runs again by itself."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st


def fragment_while(
    active: Callable[[], bool], seconds: float
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a function a fragment that runs again every `seconds` while `active()` is true.

    Streamlit fixes how often a fragment runs when it is created, in a run of the whole page. So when
    `active()` has changed by the end of a run of the fragment alone, the whole page runs again, once: it
    starts the clock or stops it."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @wraps(function)
        def page_run(*args: Any, **kwargs: Any) -> None:
            ticking = active()

            @st.fragment(run_every=seconds if ticking else None)
            def fragment() -> None:
                function(*args, **kwargs)
                if active() != ticking:
                    st.rerun()

            fragment()

        return page_run

    return decorate
