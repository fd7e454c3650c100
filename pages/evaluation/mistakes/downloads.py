"""What the page lets people take with them: files, and the code that gives the same numbers."""

import re

import streamlit as st

from digitlab.classroom import moments
from digitlab.evaluation import Evaluation, mistakes, reports
from digitlab.evaluation.own_data import OwnData
from digitlab.inference import Model
from ui import datasets
from ui.digit_dialog import whose
from ui.snippets import show_code


def downloads(model: Model, result: Evaluation, dataset: str, brought: OwnData | None = None) -> None:
    """`result` is the model's, on the data set of this name; `brought` is the file where it is "own"."""
    title = f"{model.card['title']} on {brought.file if brought else whose(dataset)}"
    on = file_stem(brought.file) if brought else moments.plain(dataset).replace(":", "-")
    stem = f"{model.name.replace(':', '-')}-{on}"
    names = brought.names if brought else datasets.numbers(dataset)
    files = {
        "Answers and probabilities (CSV)": (
            f"{stem}-answers.csv",
            "text/csv",
            lambda: reports.answers_csv(result, names),
        ),
        "Mistakes (CSV)": (f"{stem}-mistakes.csv", "text/csv", lambda: reports.mistakes_csv(result, names)),
        "Figures of each digit (CSV)": (
            f"{stem}-figures.csv",
            "text/csv",
            lambda: reports.metrics_csv(result),
        ),
        "Matrix (SVG)": (f"{stem}.svg", "image/svg+xml", lambda: str(reports.matrix_svg(result, title))),
        "Matrix (PNG)": (f"{stem}.png", "image/png", lambda: reports.matrix_png(result, title)),
        "Report (HTML)": (
            f"{stem}.html",
            "text/html",
            lambda: str(reports.report_html(result, model.card, title)),
        ),
    }
    with st.popover("Download", icon=":material/download:"):
        for label, (name, kind, make) in files.items():
            st.download_button(label, make, name, kind, on_click="ignore", type="tertiary")
    show_code(mistakes.code_of_matrix(model.name, dataset, brought.file if brought else None))


def file_stem(name: str) -> str:
    """Of a stranger's file name what is safe in ours."""
    return re.sub(r"[^\w-]+", "-", name.rsplit(".", 1)[0]).strip("-")[:40] or "own"
