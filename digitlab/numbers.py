"""How figures are written, in the app and in its charts: one rule for each kind."""

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


def count(number: int, noun: str, plural: str | None = None) -> str:
    """1, "mistake" -> "1 mistake"; 1200 -> "1,200 mistakes"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def a_digit(digit: int) -> str:
    """The digit with its article: "a 3", "an 8"."""
    return f"{'an' if digit == 8 else 'a'} {digit}"
