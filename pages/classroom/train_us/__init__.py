from pages.classroom.train_us.page import render

__all__ = ["render"]
