from pages.data.data_set.page import render

__all__ = ["render"]
