from pages.classroom.desk.page import render

__all__ = ["render"]
