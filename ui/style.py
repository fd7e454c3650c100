"""How things look and are worded on every page. The colours are digitlab/colours.py's."""

from digitlab import colours
from digitlab.inference import Answer

MODEL = colours.css(colours.RIGHT)  # what a model says
QUIET = colours.css(colours.REFERENCE)  # what it also thought of
TRACK = "rgba(128, 140, 160, 0.18)"  # the empty part of a bar, on light and on dark
RIGHT_RGB, WRONG_RGB = colours.RIGHT, colours.WRONG

EMPTY = "Draw a digit"
EMPTY_HINT = "The answer appears here, as soon as there is something to read."


def headline(answer: Answer) -> str:
    """The answer itself: a digit, or that there is none to give."""
    return "Not sure" if answer.digit is None else str(answer.digit)


def sentence(answer: Answer) -> str:
    """How sure the model is, in words; never with a digit in them, which would look like an answer."""
    if not answer.is_digit:
        return "This doesn’t look like a digit."
    if answer.digit is None:
        return "It could be more than one digit."
    confidence = answer.probabilities[answer.guess]
    if confidence >= 0.99:
        return "The model is certain."
    if confidence >= 0.9:
        return "The model is quite sure."
    if confidence >= 0.7:
        return "The model is fairly sure."
    return "The model hesitates."
