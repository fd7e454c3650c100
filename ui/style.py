"""The one place for colours and for the wording of states. One meaning for each colour, on every page."""

from digitlab.inference import Answer

MODEL = "#3b82f6"  # what a model says
QUIET = "#94a3b8"  # what it also thought of
TRACK = "rgba(128, 140, 160, 0.18)"  # the empty part of a bar, on light and on dark
RIGHT_RGB = (59, 130, 246)  # answered right: blue, not green, for those who can't tell green from red
WRONG_RGB = (234, 138, 30)  # answered wrong: orange, not red

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


def percent(share: float) -> str:
    """A probability for people: no 0 % for what is possible, no 100 % for what isn't certain."""
    if share < 0.01:
        return "< 1 %"
    if share > 0.99:
        return "> 99 %"
    return f"{share:.0%}".replace("%", " %")
