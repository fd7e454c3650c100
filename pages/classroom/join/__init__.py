from pages.classroom.join.page import render

__all__ = ["render"]
