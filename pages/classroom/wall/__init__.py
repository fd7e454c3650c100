from pages.classroom.wall.page import render

__all__ = ["render"]
