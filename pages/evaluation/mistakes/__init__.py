from pages.evaluation.mistakes.page import render

__all__ = ["render"]
