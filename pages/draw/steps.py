"""From the drawing to the 28 x 28 pixels that a model sees, step by step, and what each step is worth."""

import numpy as np
import streamlit as st

from digitlab import colours, inference, snippets
from digitlab.draw import steps
from digitlab.movement import DIRECTIONS, direction_maps
from digitlab.numbers import probability
from digitlab.strokes import Drawing
from ui import answers, chosen_digit, headings
from ui.figures import figure
from ui.markup import Markup, joined, markup, put
from ui.models import DEFAULT
from ui.pictures import data_url, grey, tinted
from ui.snippets import show_code

ARROWS = (  # as digitlab.movement counts the directions
    ("→", "to the right"),
    ("↘", "down to the right"),
    ("↓", "down"),
    ("↙", "down to the left"),
    ("←", "to the left"),
    ("↖", "up to the left"),
    ("↑", "up"),
    ("↗", "up to the right"),
)
COMPASS = (5, 6, 7, 4, None, 0, 3, 2, 1)  # three rows of directions, each where its arrow points
MAP_SIDE = 96  # pixels


@st.fragment
def page(shown: chosen_digit.ChosenDigit) -> None:
    taken, larger_paper = choose_steps()
    image = steps.on_larger_paper(shown.original) if larger_paper else shown.original
    rungs = steps.climb(image, taken)
    whole = steps.climb(image, {step.name for step in steps.STEPS})
    if rungs is None or whole is None:
        st.info("There is no ink in this picture.", icon=":material/draw:")
        return
    if warning := doubt(whole[-1]):
        st.info(warning, icon=":material/help:")
    put(table(rungs, whole[-1], taken))
    st.markdown(
        "Blue: the same answer as after all steps. Orange: another one. Beside it stands its probability."
    )
    st.markdown("**Shrunk**: the whole sheet, made 28 × 28 pixels small. Then, one after the other:")
    st.markdown("\n".join(f"{n}. **{step.title}.** {step.what}" for n, step in enumerate(steps.STEPS, 1)))
    show_code(steps.code(snippets.original(shown.name), larger_paper, taken, DEFAULT))


def choose_steps() -> tuple[set[str], bool]:
    """The names of the steps that are switched on, and whether the paper is larger: as in the link."""
    taken = set()
    with st.container(horizontal=True, gap="medium"):
        larger_paper = st.toggle(
            "On a larger sheet, in a corner",
            True,
            key="paper",
            bind="query-params",
            help="The same digit on paper twice as wide and high.",
        )
        for number, step in enumerate(steps.STEPS, 1):
            # without the crop, there is nothing for the others to work on
            idle = number > 1 and "crop" not in taken
            label = f"{number}. {step.title}"
            if st.toggle(label, True, key=step.name, bind="query-params", disabled=idle) and not idle:
                taken.add(step.name)
    return taken, larger_paper


def table(rungs: np.ndarray, whole: np.ndarray, taken: set[str]) -> Markup:
    """Models in rows, the pictures float (N, 28, 28) after each step in columns; `whole` is the picture after
    all steps."""
    names = [None, *(step.name for step in steps.STEPS)]
    left_out = [name is not None and name not in taken for name in names]
    head = joined(
        markup(
            '<th scope="col"{faded}><img src="{url}" alt="The digit after step {number}: {title}{out}"><br>'
            "{name}</th>",
            faded=_faded(out),
            url=data_url(grey(rung)),
            number=number,
            title=title,
            out=", left out" if out else "",
            name=markup("<s>{title}</s>", title=title) if out else title,
        )
        for number, (rung, title, out) in enumerate(zip(rungs, steps.RUNGS, left_out, strict=True))
    )
    pictures = np.concatenate([rungs, whole[None]])
    rows = joined(row(inference.load(name), pictures, left_out) for name in inference.names())
    return markup(
        '<table class="steps" aria-label="What the models read after each step">'
        "<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>",
        head=head,
        rows=rows,
    )


def row(model: inference.Model, pictures: np.ndarray, left_out: list[bool]) -> Markup:
    """What a model reads in each picture; the last picture is the one after all steps."""
    answers = model.predict(pictures)
    right = answers[-1].argmax()
    cells = joined(
        markup(
            '<td class="{kind}{faded}"><b>{digit}</b> <small>{share}</small></td>',
            kind="same" if answer.argmax() == right else "other",
            faded=" left-out" if out else "",
            digit=answer.argmax(),
            share=probability(float(answer.max())),
        )
        for answer, out in zip(answers[:-1], left_out, strict=True)
    )
    return markup('<tr><th scope="row">{title}</th>{cells}</tr>', title=model.card["title"], cells=cells)


def _faded(out: bool) -> Markup:
    return Markup(' class="left-out"') if out else Markup("")


def doubt(picture: np.ndarray) -> str | None:
    """What the Draw page adds to the answers: the models here must all name a digit, whatever they see."""
    answer = inference.load(DEFAULT).answer(picture)
    if answer.is_digit:
        return None
    return "The app thinks that this is no digit: on the Draw page, every model says “Not sure”."


def by_movement(shown: chosen_digit.ChosenDigit) -> None:
    """What the reader of strokes sees of a drawing, and what it says."""
    headings.subheader("By movement", "Direction map")
    if not shown.drawing:
        st.markdown(
            "This digit came as a picture, and a picture doesn’t tell how the pen moved. "
            "Draw a digit on the pad, and you see it here."
        )
        return
    st.markdown(
        "A picture doesn’t tell how it was drawn, but the pad does. The **reader of strokes** sees only how "
        "the pen moved: each bit of its way goes into the map of its direction. Why eight? With four, a "
        "slanted stroke would look like a staircase, half to the right and half down. With eight it has a "
        "map of its own."
    )
    maps = direction_maps([np.asarray(stroke.points, float) for stroke in shown.drawing])
    with st.container(key="by-movement", horizontal=True, gap="large"):
        put(compass(maps), width="content")
        put(what_it_says(shown.picture, shown.drawing), width="content")
    st.markdown(
        "The order of the strokes doesn’t matter, their directions do. Try it: draw a 3 from the bottom up. "
        "The picture is the same, but the reader of strokes takes it for another digit, since hardly anybody "
        "writes like this."
    )


def compass(maps: np.ndarray) -> Markup:
    """The direction maps, float32 (14, 14, 10), each where its arrow points; in the middle where strokes
    begin and end."""
    return markup(
        '<div><div class="compass">{cells}</div>'
        "<p>In the middle: strokes begin at blue and end at white.</p></div>",
        cells=joined(_ends(maps) if n is None else _direction(maps, n) for n in COMPASS),
    )


def _direction(maps: np.ndarray, number: int) -> Markup:
    arrow, words = ARROWS[number]
    picture = tinted(maps[:, :, number], float(maps[:, :, :DIRECTIONS].max()))
    return figure(picture, arrow, f"Where the pen went {words}", MAP_SIDE)


def _ends(maps: np.ndarray) -> Markup:
    """The whole way in grey, strokes' beginnings blue, their ends white."""
    way = maps[:, :, :DIRECTIONS].sum(axis=2)
    picture = np.repeat(24 + 90 * (way / way.max())[..., None] if way.any() else way[..., None], 3, axis=2)
    for number, colour in enumerate((colours.RIGHT, (255, 255, 255)), DIRECTIONS):
        share = np.clip(maps[:, :, number, None], 0, 1)
        picture += share * (np.array(colour[::-1]) - picture)
    return figure(
        np.round(picture).astype(np.uint8),
        "",
        "Where strokes begin and where they end",
        MAP_SIDE,
    )


def what_it_says(picture: np.ndarray, drawing: Drawing) -> Markup:
    """The reader of strokes on its own, as bars, and the picture's reader in a sentence."""
    answer = inference.load(DEFAULT).answer(picture, drawing)
    assert answer.by_picture is not None, "the usual model is joined"
    assert answer.by_movement is not None, "the usual model is joined"
    runner_up, guess = (int(digit) for digit in np.argsort(answer.by_movement)[-2:])
    alone = inference.Answer(guess, guess, runner_up, True, answer.by_movement)
    return markup(
        '<p class="says">The reader of strokes says <b>{guess}</b>.</p>{bars}'
        "<p>The {title} sees only the picture, and says <b>{seen}</b>, with {share}. "
        "Both together: <b>{both}</b>, with {sure}.</p>",
        guess=guess,
        bars=answers.bars(alone),
        title=inference.load(DEFAULT).card["title"],
        seen=answer.by_picture.argmax(),
        share=probability(float(answer.by_picture.max())),
        both=answer.guess,
        sure=probability(float(answer.probabilities[answer.guess])),
    )


def render() -> None:
    headings.header("What the model sees", "Preprocessing", "Centre of mass", "MNIST", "Pixel")
    st.markdown(
        "The models learned from **MNIST**: 70,000 digits that people wrote on paper around 1990, each cut "
        "out, shrunk and centred. Your drawing takes the same steps, and gets a pen as wide as theirs. "
        "Switch a step off, and see who still reads it."
    )
    chosen = chosen_digit.choose()
    page(chosen)
    by_movement(chosen)
