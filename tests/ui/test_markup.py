"""Nothing that anybody else wrote becomes HTML."""

import pytest

from ui.markup import Markup, joined, markup, put

EVIL = '<img src=x onerror="alert(1)">'


def test_values_are_escaped_and_markup_is_not() -> None:
    inner = markup("<b>{text}</b>", text=EVIL)
    assert "<img" not in inner
    assert inner.startswith("<b>&lt;img")
    assert markup("<p>{inner}</p>", inner=inner) == f"<p>{inner}</p>"


def test_text_among_parts_is_escaped() -> None:
    assert joined([Markup("<i></i>"), EVIL]).startswith("<i></i>&lt;img")


def test_plain_text_is_refused() -> None:
    with pytest.raises(TypeError):
        put(EVIL)  # pyright: ignore[reportArgumentType]
