from pages.data.slicing.page import render

__all__ = ["render"]
