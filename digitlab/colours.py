"""One meaning for each colour, on every page and in every drawing that leaves one."""

RIGHT = (59, 130, 246)  # what a model says; answered right: blue, not green, for those who mix it up with red
WRONG = (234, 138, 30)  # answered wrong: orange, not red
REFERENCE = (148, 163, 184)  # what the rest is compared with; what a model also thought of

# one for each of a few curves: after Okabe and Ito, told apart by the colour-blind, on light and on dark
SERIES = (
    "#3b82f6",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#7c6fd6",
    "#56b4e9",
    "#a0661c",
    "#8a8f98",
    "#d55e00",
)
# one for each digit, where ten must be told apart, also by the colour-blind: after Paul Tol's "muted"
DIGITS = (
    "#cc6677",
    "#4a5bc4",
    "#ddcc77",
    "#117733",
    "#88ccee",
    "#aa3377",
    "#44aa99",
    "#999933",
    "#d17ce0",
    "#8a8f98",
)


def css(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
