"""How figures are written, in the app and in its charts: one rule for each kind."""

import math
from collections.abc import Sequence

MINUS = "−"  # U+2212, as wide as a plus; a hyphen is too short


def percent(share: float, places: int = 0) -> str:
    """A share in [0, 1] for people: 0.934 -> "93 %". What isn't exactly 0 or 1 is never written as if it
    were: "< 1 %", "> 99 %", and with one place "< 0.1 %", "> 99.9 %"."""
    least = 10.0 ** -(places + 2)
    if 0 < share < least:
        return f"< {least:.{places}%}".replace("%", " %")
    if 1 - least < share < 1:
        return f"> {1 - least:.{places}%}".replace("%", " %")
    return f"{share:.{places}%}".replace("%", " %").replace("-", MINUS)


def probability(share: float) -> str:
    """A probability that a model gives, in [0, 1]. It is never certain, so never 0 % nor 100 %: float32
    rounds 0.99999999 to 1."""
    return percent(min(max(share, 1e-9), 1 - 1e-9))


def decimal(number: float, places: int = 2) -> str:
    """-0.5 -> "−0.50"; what rounds to nothing has no sign."""
    text = f"{number:.{places}f}"
    return f"{abs(float(text)):.{places}f}" if float(text) == 0 else text.replace("-", MINUS)


def signed(number: float, places: int = 2) -> str:
    """0.5 -> "+0.50", -0.5 -> "−0.50"; what rounds to nothing has no sign."""
    text = decimal(number, places)
    return text if text[0] == MINUS or float(text) == 0 else f"+{text}"


def points(difference: float, places: int = 1) -> str:
    """A difference of two shares in percentage points: 0.012 -> "+1.2"."""
    return signed(difference * 100, places)


def interval(low: float, high: float) -> str:
    """A share's 95 % confidence interval: "95 % interval: 84.0 to 90.2 %"."""
    return f"95 % interval: {percent(low, 1).removesuffix(' %')} to {percent(high, 1)}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """1, "mistake" -> "1 mistake"; 1200 -> "1,200 mistakes"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def a_digit(digit: int) -> str:
    """The digit with its article: "a 3", "an 8"."""
    return f"{'an' if digit == 8 else 'a'} {digit}"


def significant(number: float, figures: int = 4) -> str:
    """So many significant figures: 0.00187312 -> "0.001873", 6.488e-7 -> "6.488 × 10⁻⁷"."""
    base, _, power = f"{number:.{figures}g}".partition("e")
    if not power:
        return base.replace("-", MINUS)
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{base} × 10{raised}".replace("-", MINUS)


def adding_up(parts: Sequence[float], places: int) -> list[float]:
    """The parts rounded so that they add up to their rounded sum, as a reader would check it: none is more
    than one unit of its last place away. (The method of the largest remainder.)"""
    unit = 10**places
    scaled = [part * unit for part in parts]
    whole = [math.floor(part) for part in scaled]
    missing = round(sum(scaled)) - sum(whole)
    largest = sorted(range(len(parts)), key=lambda n: whole[n] - scaled[n])[:missing]
    return [round((part + (n in largest)) / unit, places) for n, part in enumerate(whole)]
