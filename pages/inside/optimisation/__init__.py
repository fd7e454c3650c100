from pages.inside.optimisation.page import render

__all__ = ["render"]
