from pages.inside.latent.page import render

__all__ = ["render"]
