"""From the drawing to the 28 x 28 pixels that a model sees, step by step, and what each step is worth."""

import html

import numpy as np
import streamlit as st

from digitlab import inference, snippets
from digitlab.draw import steps
from ui import chosen_digit, headings, style
from ui.pictures import data_url


@st.fragment
def page(shown: chosen_digit.Subject) -> None:
    taken, larger_paper = choose_steps()
    image = steps.on_larger_paper(shown.original) if larger_paper else shown.original
    rungs = steps.climb(image, taken)
    whole = steps.climb(image, {step.name for step in steps.STEPS})
    if rungs is None or whole is None:
        st.info("There is no ink in this picture.", icon=":material/draw:")
        return
    table(rungs, whole[-1], taken)
    st.caption("Blue: the same answer as after all steps. Orange: another one. Beside it, its probability.")
    st.markdown("\n".join(f"{n}. **{step.title}.** {step.what}" for n, step in enumerate(steps.STEPS, 1)))
    with st.popover("Show the code", icon=":material/code:"):
        st.code(steps.code(snippets.original(shown.name), larger_paper, taken, "cnn"), language="python")


def choose_steps() -> tuple[set[str], bool]:
    """The names of the steps that are switched on, and whether the paper is larger: as in the link."""
    taken = set()
    with st.container(horizontal=True, gap="medium"):
        larger_paper = st.toggle(
            "In a corner of a larger paper",
            True,
            key="paper",
            bind="query-params",
            help="The digit as it is, on paper twice as wide and high.",
        )
        for number, step in enumerate(steps.STEPS, 1):
            # without the crop, there is nothing for the others to work on
            idle = number > 1 and "crop" not in taken
            label = f"{number}. {step.title}"
            if st.toggle(label, True, key=step.name, bind="query-params", disabled=idle) and not idle:
                taken.add(step.name)
    return taken, larger_paper


def table(rungs: np.ndarray, whole: np.ndarray, taken: set[str]) -> None:
    """Models in rows, rungs in columns; `whole` is the picture after all steps."""
    names = [None, *(step.name for step in steps.STEPS)]
    left_out = [name is not None and name not in taken for name in names]
    head = "".join(
        f'<th scope="col" style="opacity:{0.4 if out else 1}">'
        f'<img src="{data_url(np.round(rung * 255).astype(np.uint8))}" alt="The digit after step {number}: '
        f'{title}{", left out" if out else ""}"><br>{f"<s>{title}</s>" if out else title}</th>'
        for number, (rung, title, out) in enumerate(zip(rungs, steps.RUNGS, left_out, strict=True))
    )
    rows = "".join(
        row(model, model.predict(np.concatenate([rungs, whole[None]])), left_out)
        for model in map(inference.load, inference.names())
    )
    st.html(
        "<style>.ladder{border-collapse:separate;border-spacing:3px;table-layout:fixed;width:100%;"
        "max-width:820px;text-align:center;font-size:0.85rem;font-variant-numeric:tabular-nums}"
        ".ladder th{font-weight:400;padding:0}.ladder td{padding:2px 0;border-radius:5px}"
        ".ladder th[scope=row]{text-align:left}.ladder td:first-child{width:7rem}"
        ".ladder b{font-size:1.15rem}"
        ".ladder img{width:100%;max-width:112px;image-rendering:pixelated;border-radius:5px}"
        "@media(max-width:640px){.ladder{font-size:0.75rem}.ladder td:first-child{width:4.9rem}"
        ".ladder small{display:block;line-height:1}}</style>"
        f'<table class="ladder" aria-label="What the models read after each step"><thead><tr><td></td>{head}'
        f"</tr></thead><tbody>{rows}</tbody></table>"
    )


def row(model: inference.Model, answers: np.ndarray, left_out: list[bool]) -> str:
    """The last of the answers is the one after all steps."""
    right = answers[-1].argmax()
    tints = [style.RIGHT_RGB if answer.argmax() == right else style.WRONG_RGB for answer in answers]
    cells = "".join(
        f'<td style="background:rgba{(*tint, 0.3)};opacity:{0.4 if out else 1}"><b>{answer.argmax()}</b> '
        f"<small>{html.escape(style.percent(float(answer.max())))}</small></td>"
        for answer, tint, out in zip(answers[:-1], tints[:-1], left_out, strict=True)
    )
    return f'<tr><th scope="row">{html.escape(model.card["title"])}</th>{cells}</tr>'


def render() -> None:
    headings.header("What the model sees", "Preprocessing", "Centre of mass", "MNIST", "Pixel")
    st.markdown(
        "The models learned from **MNIST**: 70,000 digits that people wrote on paper around 1990, each cut "
        "out, shrunk and centred. Your drawing takes the same steps, and gets a pen as wide as theirs. "
        "Switch a step off, and see who still reads it."
    )
    page(chosen_digit.choose())
