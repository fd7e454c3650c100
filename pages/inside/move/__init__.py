from pages.inside.move.page import render

__all__ = ["render"]
