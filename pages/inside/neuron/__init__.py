from pages.inside.neuron.page import render

__all__ = ["render"]
