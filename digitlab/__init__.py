"""The library: what a page says, computed. It knows neither Streamlit nor TensorFlow."""

__version__ = "1.5.0"  # the newest in CHANGELOG.md; pyproject.toml and the app's menu read it here
