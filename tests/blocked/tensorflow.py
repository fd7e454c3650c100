"""Stands in for the real one while the fast tests run: they, and what they start, do without."""

raise ModuleNotFoundError("The fast tests run without TensorFlow.", name="tensorflow")
