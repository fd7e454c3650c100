"""Lessons for a class: steps that open a view, a question before each reveal, answers folded away."""

import streamlit as st

from digitlab.learn import texts
from ui import headings


@st.fragment
def page() -> None:
    lessons = {lesson.title: lesson for lesson in texts.lessons().values()}
    title = st.pills(
        "Lesson", list(lessons), default=next(iter(lessons)), required=True, key="lesson", bind="query-params"
    )
    lesson = lessons[title]
    st.markdown(lesson.about)
    for number, step in enumerate(lesson.steps, 1):
        with st.container(border=True, width=760):
            st.subheader(f"{number}. {step.title}", anchor=False)
            st.markdown(step.text)
            if step.question:
                st.markdown(f"**Question:** {step.question}")
            if step.link:
                headings.view(step.link)
            if step.answer:
                with st.expander("Answer, for teachers"):
                    st.markdown(step.answer)


def render() -> None:
    st.header("Lessons", anchor=False)
    st.caption(
        "Each step opens a view of the app, in this very state. Ask the question first, then look. The texts "
        "are files in docs/lessons: change them as you like."
    )
    page()
