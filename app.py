"""The server: `streamlit run app.py` finds `app` here. What a visitor sees begins in ui/site.py."""

import sys
from pathlib import Path

import streamlit as st

from ui import server
from ui.server import logs

SITE = Path(__file__).with_name("ui") / "site.py"

# Streamlit puts the script's folder first on the path during each run, unless it is there already: a module
# ui/html.py would then hide Python's own. Last, it hides nothing.
sys.path.append(str(SITE.parent))

logs.start()

app = st.App(SITE, routes=server.ROUTES, middleware=server.MIDDLEWARE, lifespan=server.lifespan)
