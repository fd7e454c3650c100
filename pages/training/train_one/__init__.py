from pages.training.train_one.page import render

__all__ = ["render"]
