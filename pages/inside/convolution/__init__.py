from pages.inside.convolution.page import render

__all__ = ["render"]
