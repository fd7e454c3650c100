"""How things look and are worded on every page. The colours are digitlab/colours.py's."""

from digitlab import colours
from digitlab.inference import Answer

MODEL = colours.css(colours.RIGHT)  # what a model says
QUIET = colours.css(colours.REFERENCE)  # what it also thought of
TRACK = "rgba(128, 140, 160, 0.18)"  # the empty part of a bar, on light and on dark
RIGHT_RGB, WRONG_RGB = colours.RIGHT, colours.WRONG

EMPTY = "Draw a digit"
EMPTY_HINT = "The answer appears here, as soon as there is something to read."


NOT_SURE = "Not sure"


def headline(answer: Answer) -> str:
    """The answer itself: a digit, or that there is none to give."""
    return NOT_SURE if answer.digit is None else str(answer.digit)


NO_DIGIT = "This doesn’t look like a digit."
SEVERAL = "It could be more than one digit."
# from which probability on, what is said of an answer; never with a digit in it, which would look like one
SURENESS = (
    (0.99, "The model is certain."),
    (0.9, "The model is quite sure."),
    (0.7, "The model is fairly sure."),
    (0.0, "The model hesitates."),
)


def sentence(answer: Answer) -> str:
    """How sure the model is, in words; or why it isn't."""
    if answer.doubt:
        return answer.doubt
    if not answer.is_digit:
        return NO_DIGIT
    if answer.digit is None:
        return SEVERAL
    confidence = answer.probabilities[answer.guess]
    return next(words for least, words in SURENESS if confidence >= least)
