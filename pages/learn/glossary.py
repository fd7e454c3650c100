"""Every word that the app uses, in two sentences, with the page on which it can be tried."""

import streamlit as st

from digitlab.learn import texts
from digitlab.learn.texts import Term
from ui import headings

ALL = "All"


def initial(term: Term) -> str:
    return term.name[0].upper()


@st.fragment
def page() -> None:
    terms = texts.glossary()
    wanted = st.text_input(
        "Find a word",
        key="term",
        bind="query-params",
        max_chars=40,
        placeholder="for example: epoch",
        icon=":material/search:",
        width=360,
    )
    found = texts.found(terms, wanted)
    if not wanted:
        letters = sorted(set(map(initial, terms.values())))
        letter = st.pills(
            "Begins with", [ALL, *letters], default=ALL, required=True, key="letter", bind="query-params"
        )
        found = [term for term in found if letter in (ALL, initial(term))]
    if not found:
        st.caption("No such word here. Try a shorter part of it.")
    for start in range(0, len(found), 2):
        with st.container(horizontal=True, gap="large"):
            for term in found[start : start + 2]:
                with st.container(width=520):
                    st.markdown(f"**{term.name}**  \n{term.text}")
                    if term.link:
                        headings.view(term.link)


def render() -> None:
    headings.header("Glossary")
    page()
