"""Pictures whose label may be wrong, the likeliest first."""

import streamlit as st

from digitlab.evaluation import label_errors
from digitlab.inference import Model
from digitlab.numbers import count
from pages.evaluation.mistakes import gallery
from pages.evaluation.mistakes.gallery import Material
from pages.evaluation.mistakes.view import View


def suspects(model: Model, material: Material, view: View) -> None:
    """All mistakes, ranked by normalised margin."""
    st.markdown(sentence(material))
    gallery.pictures(model, material, label_errors.suspects(material.result), view)


def sentence(material: Material) -> str:
    """How they are ranked, and for MNIST how many of them people doubted, too."""
    result = material.result
    suspects, confident = label_errors.suspects(result), label_errors.confident_suspects(result)
    contradict = count(len(suspects), "answer contradicts its label", "answers contradict their labels")
    text = (
        f"**{contradict}.** Is the model wrong, or the label? The first are those whose label has the lowest "
        "probability against the answer’s (normalised margin). The strict test of confident learning "
        f"(Northcutt et al. 2021) accuses {count(len(confident), 'label')}."
    )
    if material.dataset == "mnist":
        found = label_errors.doubted(suspects)
        text += f" Of the {len(label_errors.DOUBTS)} labels that people doubted, {found} are among these."
    return text
