"""What a model says about one picture, as HTML: one piece costs a class little, a chart for each stroke much.

Each function returns Markup; `ui.markup.put` shows it. The classes stand in ui/style.css.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np

from digitlab.inference import Answer, Model
from digitlab.numbers import percent, probability
from ui import style
from ui.figures import figure, row
from ui.markup import Markup, joined, markup, put
from ui.pictures import grey

SIDE = 112  # pixels, of a small picture
SEEN = "What the model sees: 28 × 28 pixels."
BLANK = Markup()
WITHOUT = "It counts for all but {alone}: they know MNIST’s pictures alone, and promise too much."


def nothing() -> Markup:
    """The empty state, in the place of the answer."""
    return _headline(style.EMPTY, style.EMPTY_HINT, quiet=True)


def headline(answer: Answer) -> Markup:
    """The answer in big type."""
    return _headline(style.headline(answer), style.sentence(answer), answer.digit is None)


def _headline(big: str, small: str, quiet: bool) -> Markup:
    return markup(
        '<div role="status" class="answer{quiet}"><div class="big">{big}</div><div>{small}</div></div>',
        quiet=" quiet" if quiet else "",
        big=big,
        small=small,
    )


def headlines(titles: Sequence[str], answers: Sequence[Answer]) -> Markup:
    """Several models' answers side by side."""
    cell = '<div><div>{title}</div><div class="big{quiet}">{big}</div></div>'
    cells = (
        markup(cell, title=title, big=style.headline(answer), quiet=" quiet" if answer.digit is None else "")
        for title, answer in zip(titles, answers, strict=True)
    )
    return markup('<div role="status" class="answers">{cells}</div>', cells=joined(cells))


def table(titles: Sequence[str], answers: Sequence[Answer]) -> Markup:
    """Several models' two best guesses."""
    line = (
        '<tr><th scope="row">{title}</th><td><b>{guess}</b> {share}</td><td><b>{second}</b> {other}</td></tr>'
    )
    rows = (
        markup(
            line,
            title=title,
            guess=answer.guess,
            share=probability(float(answer.probabilities[answer.guess])),
            second=answer.runner_up,
            other=probability(float(answer.probabilities[answer.runner_up])),
        )
        for title, answer in zip(titles, answers, strict=True)
    )
    return markup(
        '<table class="guesses"><thead><tr><th scope="col">Model</th><th scope="col">Best guess</th>'
        '<th scope="col">Runner-up</th></tr></thead><tbody>{rows}</tbody></table>',
        rows=joined(rows),
    )


def why(answers: Sequence[Answer]) -> Markup:
    """Why nobody is sure, where a photo shows it; nothing otherwise."""
    doubt = next((answer.doubt for answer in answers if answer.doubt), None)
    return markup("<p>{doubt}</p>", doubt=doubt) if doubt else BLANK


def movement(titles: Sequence[str], answers: Sequence[Answer]) -> Markup:
    """What the pen's movement says, and which of several models go without it; nothing where it wasn't
    read."""
    said = next((answer.by_movement for answer in answers if answer.by_movement is not None), None)
    if said is None:
        return BLANK
    alone = [title for title, answer in zip(titles, answers, strict=True) if answer.by_movement is None]
    return markup(
        '<p class="runner-up">The pen’s movement: <b>{digit}</b>, {share}. {without}</p>',
        digit=said.argmax(),
        share=probability(float(said.max())),
        without=WITHOUT.format(alone=" and ".join(alone)) if alone else "",
    )


# one text for all ten: they change with every stroke
_BARS = (
    '<div><div class="bars" role="img" aria-label="Probability of each digit. {spoken}">'
    + "".join(
        f'<div class="{{chosen{digit}}}" style="--share:{{width{digit}}}"><span>{digit}</span>'
        f'<span class="track"><span></span></span><span>{{label{digit}}}</span></div>'
        for digit in range(10)
    )
    + '</div><p class="runner-up">{second}</p>{alone}</div>'
)


def bars(answer: Answer, trust: Markup = BLANK) -> Markup:
    """Ten bars of probability, the runner-up in a sentence, and what picture and movement say alone, or how
    far to trust them all."""
    shares = [float(share) for share in answer.probabilities]
    figures = [probability(share) for share in shares]
    chosen = ["chosen" if digit == answer.digit else "" for digit in range(10)]
    # nine times "less than" would be noise
    labels = [figure if share >= 0.01 else "" for share, figure in zip(shares, figures, strict=True)]
    widths = [f"{share:.1%}" for share in shares]
    spoken = ", ".join(f"{digit}: {figure}" for digit, figure in enumerate(figures))
    parts = {"chosen": chosen, "width": widths, "label": labels}
    values = {f"{name}{digit}": part[digit] for name, part in parts.items() for digit in range(10)}
    return markup(
        _BARS, spoken=spoken, second=second_thoughts(answer), alone=opinions(answer) or trust, **values
    )


def trust(model: Model) -> Markup:
    """What its percentages promise to strangers, and what it keeps, where it has practised on MNIST alone;
    nothing for others. From its card: it is too sure everywhere, so its calibration error is what it promises
    too much."""
    card = model.card
    if card.get("recipe", {}).get("pen_strokes", True) or "drawn_validation_accuracy" not in card:
        return BLANK
    reads = card["drawn_validation_accuracy"]
    return markup(
        '<p class="opinions">It knows MNIST alone: of strangers’ drawings it reads {reads}, but expects to '
        "read {expects}.</p>",
        reads=percent(reads),
        expects=percent(reads + card["drawn_validation_calibration_error"]),
    )


def opinions(answer: Answer) -> Markup:
    """What the picture and the pen's movement say alone, where both were read; coloured where they differ."""
    if answer.by_picture is None or answer.by_movement is None:
        return BLANK
    alone = {"Its picture": answer.by_picture, "The pen’s movement": answer.by_movement}
    said = (
        markup(
            '<span class="{other}">{what}: <b>{digit}</b>, <span>{share}</span></span>',
            other="" if shares.argmax() == answer.guess else "other",
            what=what,
            digit=shares.argmax(),
            share=probability(float(shares.max())),
        )
        for what, shares in alone.items()
    )
    return markup('<p class="opinions">{said}</p>', said=joined(said, " "))


@cache
def template(with_opinions: bool = False, trust: Markup = BLANK) -> Markup:
    """As an answer and its details look, to be filled in by the browser (ui/pad/browser/live.js): also what
    picture and movement say alone, if asked for, or how far to trust the model."""
    nobody = np.zeros(10, np.float32)
    alone = (nobody, nobody) if with_opinions else (None, None)
    blank = Answer(None, 0, 1, False, nobody, *alone)
    picture = markup(
        '<figure class="figure" style="width:{side}px"><canvas width="28" height="28"></canvas>'
        "<figcaption>{caption}</figcaption></figure>",
        side=SIDE,
        caption=SEEN,
    )
    return nothing() + details(bars(blank, trust), row([picture]))


def details(*parts: Markup) -> Markup:
    """What stands beside an answer: bars or a table, and pictures."""
    return markup('<div class="details">{parts}</div>', parts=joined(parts))


@cache
def no_details(with_opinions: bool = False, trust: Markup = BLANK) -> Markup:
    """Their place while there are none, so that nothing moves when they come."""
    parts = template(with_opinions, trust)
    return markup('<div class="no-details" aria-hidden="true">{parts}</div>', parts=parts)


def second_thoughts(answer: Answer) -> str:
    """What else it could be, in a sentence. Where no answer is given, both guesses are named."""
    first, second = (
        f"{digit}, with {probability(float(answer.probabilities[digit]))}"
        for digit in (answer.guess, answer.runner_up)
    )
    if answer.digit is not None:
        return f"Runner-up: {second}."
    return f"Best guess: {first}; then {second}."


def digit_picture(picture: np.ndarray, caption: str, alt: str, side: int = 112) -> None:
    """Show a picture whose pixels are to be seen: float (H, W) in [0, 1], ink bright on black; `side` pixels
    wide."""
    put(figure(grey(picture), caption, alt, side), width="content")
