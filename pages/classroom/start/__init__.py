from pages.classroom.start.page import render

__all__ = ["render"]
