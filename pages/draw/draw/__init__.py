from pages.draw.draw.page import render

__all__ = ["render"]
