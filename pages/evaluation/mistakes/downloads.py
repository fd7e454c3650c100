"""What a page about a model lets people take with them."""

import streamlit as st

from digitlab.evaluation import Evaluation, reports
from digitlab.inference import Model

CODE = """import numpy as np
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix

saved = np.load("model_zoo/artifacts/{name}/predictions.npz")
labels, answers = saved["labels"], saved["probabilities"].argmax(axis=1)

print(confusion_matrix(labels, answers))
print(classification_report(labels, answers, digits=4))
print(accuracy_score(labels, answers))
"""


def take_away(model: Model, result: Evaluation, dataset: str) -> None:
    """Downloads, made when they are asked for, and the code that gives the same numbers."""
    title = f"{model.card['title']} on {dataset}"
    stem = f"{model.name}-{dataset}"
    files = (
        ("Mistakes (CSV)", f"{stem}-mistakes.csv", "text/csv", lambda: reports.errors_csv(result)),
        (
            "Figures of each digit (CSV)",
            f"{stem}-figures.csv",
            "text/csv",
            lambda: reports.metrics_csv(result),
        ),
        ("Matrix (SVG)", f"{stem}.svg", "image/svg+xml", lambda: reports.matrix_svg(result, title)),
        ("Matrix (PNG)", f"{stem}.png", "image/png", lambda: reports.matrix_png(result, title)),
        (
            "Report (HTML)",
            f"{stem}.html",
            "text/html",
            lambda: reports.report_html(result, model.card, dataset),
        ),
    )
    with st.popover("Take it away", icon=":material/download:"):
        for label, name, kind, make in files:
            st.download_button(label, make, name, kind, on_click="ignore", type="tertiary")
    with st.popover("Show the code", icon=":material/code:"):
        st.caption("Run this in the project’s folder: it gives the same numbers, with scikit-learn.")
        st.code(CODE.format(name=model.name), language="python")
