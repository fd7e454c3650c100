"""What is said where somebody has drawn a number: each of its digits, with its picture and its own bars."""

from collections.abc import Iterable, Sequence

import numpy as np

from digitlab.draw import several
from digitlab.draw.several import Part
from digitlab.inference import Answer, Model
from digitlab.numbers import probability
from ui import style
from ui.figures import figure
from ui.markup import Markup, joined, markup
from ui.pictures import grey

_SIDE = 64  # pixels, of a digit's picture
_COUNTS = {2: "two", 3: "three", 4: "four"}
_BAR = (
    '<div class="{chosen}" style="--share:{share:.3f}"><span>{digit}</span><span class="track"></span></div>'
)


def what_they_say(
    models: Sequence[Model], picture: np.ndarray, found: Sequence[Answer]
) -> tuple[Markup, Markup] | None:
    """The answer, and everything beside it, where a model reads several digits beside each other; None where
    none does. `picture` is uint8 as for `to_mnist`, `found` what each model says about all of it."""
    read = [several.read(model, picture, whole) for model, whole in zip(models, found, strict=True)]
    if not any(read):
        return None
    if len(models) == 1:
        return headline(read[0]), details(read[0])
    titles = [model.card["title"] for model in models]
    pictures = (_picture(part, "") for part in max(read, key=len))
    return headlines(titles, read, found), _beside(pictures)


def number(parts: Sequence[Part]) -> str:
    """The digits from left to right: "1 2"."""
    return " ".join(str(part.answer.digit) for part in parts)


def headline(parts: Sequence[Part]) -> Markup:
    """The digits in big type, and what they are."""
    return markup(
        '<div role="status" class="answer several" style="--count:{count}"><div class="big">{number}</div>'
        "<div>This looks like {number}: {counted} digits beside each other. "
        "The model reads one at a time.</div></div>",
        count=len(parts),
        number=number(parts),
        counted=_COUNTS[len(parts)],
    )


def headlines(titles: Sequence[str], read: Sequence[Sequence[Part]], found: Sequence[Answer]) -> Markup:
    """Several models' answers side by side, as `ui.answers.headlines`."""
    cell = '<div><div>{title}</div><div class="big{quiet}">{big}</div></div>'
    cells = (
        markup(
            cell,
            title=title,
            big=number(parts) or style.headline(whole),
            quiet="" if parts or whole.digit is not None else " quiet",
        )
        for title, parts, whole in zip(titles, read, found, strict=True)
    )
    return markup('<div role="status" class="answers several">{cells}</div>', cells=joined(cells))


def details(parts: Sequence[Part]) -> Markup:
    """Each digit as the model sees it, with its ten bars below."""
    return _beside(_picture(part, _sure(part)) + _bars(part) for part in parts)


def _beside(digits: Iterable[Markup]) -> Markup:
    each = joined(markup("<div>{digit}</div>", digit=digit) for digit in digits)
    return markup('<div class="several-digits">{each}</div>', each=each)


def _picture(part: Part, caption: str) -> Markup:
    return figure(grey(part.seen), caption, f"The {part.answer.digit} as the model sees it", _SIDE)


def _sure(part: Part) -> str:
    return probability(float(part.answer.probabilities[part.answer.guess]))


def _bars(part: Part) -> Markup:
    shares = part.answer.probabilities.tolist()
    spoken = ", ".join(f"{digit}: {probability(share)}" for digit, share in enumerate(shares))
    bars = (
        markup(_BAR, digit=digit, share=share, chosen="chosen" if digit == part.answer.digit else "")
        for digit, share in enumerate(shares)
    )
    return markup(
        '<div class="small-bars" role="img" aria-label="Probability of each digit. {spoken}">{bars}</div>',
        spoken=spoken,
        bars=joined(bars),
    )
