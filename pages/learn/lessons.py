"""Lessons for a class: steps that open a view, a question before each reveal, answers for the teacher."""

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
    st.markdown(lesson.summary)
    for_teacher = "teacher" in st.query_params
    for number, step in enumerate(lesson.steps, 1):
        with st.container(border=True, width=760):
            st.caption(f"Step {number} of {len(lesson.steps)}")
            headings.subheader(step.title)
            st.markdown(step.text)
            if step.question:
                st.markdown(f"**Question:** {step.question}")
            if step.link:
                headings.view(step.link)
            if step.answer and for_teacher:
                with st.expander("Answer"):
                    st.markdown(step.answer)
    if not for_teacher:
        st.caption("Teachers: put `?teacher=yes` at the end of this page’s address to see the answers.")


def render() -> None:
    headings.header("Lessons")
    st.markdown("Each step opens a page of the app, as the step needs it. Ask the question first, then look.")
    page()
