"""What the server writes down: plain lines, or JSON with DIGITLAB_LOG=json (digitlab/logs.py).

Streamlit greets before app.py is read; STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE=true keeps it from doing so.
"""

import logging

import streamlit as st
from streamlit import logger as streamlit_logger

from digitlab import logs

QUIET = ("uvicorn", "websockets")  # at INFO they write down each visitor's address


def start() -> None:
    """Before the server starts. Streamlit's loggers, and uvicorn's among them, have handlers of their own."""
    if not logs.start(logging.getLevelNamesMapping()[st.get_option("logger.level").upper()], QUIET):
        return
    for name in tuple(streamlit_logger._loggers):
        _go_the_common_way(logging.getLogger(name))
    streamlit_logger.setup_formatter = _go_the_common_way  # for its modules that are imported later


def _go_the_common_way(logger: logging.Logger) -> None:
    """To the root's handler, and to no other."""
    logger.handlers.clear()
    logger.propagate = True
