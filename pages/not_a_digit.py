"""Not a digit."""

import streamlit as st

from ui import door

door.through_app()
st.header("Not a digit", anchor=False)
