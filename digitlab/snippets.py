"""The first lines of the Python that pages show: they make the digit that a page is about."""

from digitlab.data import samples

EXAMPLE = 3  # the digit that stands in for a drawing


def original(sample: str | None) -> str:
    """Makes `image`, as it was before the preprocessing. `sample` is as in a link, "mnist-4711" or
    "mnist-train-4711"; without one, it is our example."""
    found = samples.parse(sample) if sample else None
    if found is None:
        return (
            "from digitlab import strokes\n\n"
            f"image = strokes.render(strokes.examples()[{EXAMPLE}])  # or photos.decode(...)\n"
        )
    dataset, split, index = found
    return f'from digitlab import data\n\nimage = data.load("{dataset}", "{split}").images[{index}]\n'


def picture(sample: str | None) -> str:
    """Makes `image` and `picture`, which a model sees."""
    if sample is None:
        return original(sample) + "from digitlab.preprocess import to_mnist\n\npicture = to_mnist(image)\n"
    return original(sample) + 'picture = image.astype("float32") / 255\n'
