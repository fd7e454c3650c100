"""Every word that the app uses, in two sentences, with the view where it can be touched."""

import streamlit as st

from digitlab.learn import texts
from ui import headings


@st.fragment
def page() -> None:
    wanted = st.text_input(
        "Find a word",
        key="term",
        bind="query-params",
        max_chars=40,
        placeholder="for example: epoch",
        icon=":material/search:",
        width=360,
    )
    terms = texts.found(texts.glossary(), wanted)
    if not terms:
        st.caption("No such word here. Try a shorter part of it.")
    for start in range(0, len(terms), 2):
        with st.container(horizontal=True, gap="large"):
            for term in terms[start : start + 2]:
                with st.container(width=520):
                    st.markdown(f"**{term.name}**  \n{term.text}")
                    if term.link:
                        headings.view(term.link)


def render() -> None:
    st.header("Glossary", anchor=False)
    page()
