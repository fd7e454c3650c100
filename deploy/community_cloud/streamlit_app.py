"""What Streamlit Community Cloud starts: app.py, with other requirements beside it (docs/hosted.md)."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))  # `streamlit run` puts only this file's folder there

import app as project
from ui import server

# `streamlit run` looks for these words in the file that it is given: app.py's own `app` isn't enough
app = st.App(project.SITE, routes=server.ROUTES, middleware=server.MIDDLEWARE, lifespan=server.lifespan)
