"""Trainings that show one thing each, at one press: what they are, and what will be seen."""

from typing import NamedTuple

from digitlab.training.settings import Settings


class Preset(NamedTuple):
    """`training` and `validation` are between which shares the accuracies end, so that `look_for` holds: on
    the images that it learns from, and on those held out. A test trains each."""

    title: str
    settings: Settings
    about: str
    look_for: str
    training: tuple[float, float]
    validation: tuple[float, float]


PLAIN = Preset(
    "A good start",
    Settings("dense_classic", "adam", 0.003, 64, 5, 10_000),
    "Settings that work.",
    "both lines rise quickly and end above 90 %.",
    training=(0.92, 1.0),
    validation=(0.9, 1.0),
)
PRESETS = (
    PLAIN,
    Preset(
        "Learning rate far too high",
        Settings("dense_classic", "adam", 1.0, 32, 5, 10_000),
        "Each step goes much too far.",
        "it stays near 10 %. That is as good as guessing one of ten digits.",
        training=(0.05, 0.16),
        validation=(0.05, 0.16),
    ),
    Preset(
        "Only 500 images",
        Settings("dense", "adam", 0.003, 32, 20, 500),
        "Overfitting.",
        "it is nearly perfect on its 500 training images, and clearly worse on all others.",
        training=(0.97, 1.0),
        validation=(0.75, 0.93),
    ),
    Preset(
        "Shuffled labels",
        Settings("dense", "adam", 0.003, 32, 20, 1_000, shuffled=True),
        "Each image gets the label of another one.",
        "it learns the wrong labels by heart, and reads other digits no better than by guessing.",
        training=(0.6, 1.0),
        validation=(0.05, 0.16),
    ),
)


def of(settings: Settings) -> Preset | None:
    """The preset with these settings."""
    return next((preset for preset in PRESETS if preset.settings == settings), None)
