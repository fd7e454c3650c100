"""A conditional variational autoencoder: tell it a digit, and eight numbers say how it is written.

Both halves know the label (Sohn, Lee, Yan 2015, "Learning structured output representation using deep
conditional generative models"), so the code holds only slant, width and style, and any digit can be drawn in
any hand. It is wider than the VAE of the map and learns longer: else one sample in seventeen of the hardest
class can't be read.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from model_zoo import vae

if TYPE_CHECKING:
    import keras

TITLE = "Conditional VAE"
SUMMARY = "Draws the digit that you ask for; eight numbers say in which hand."
RECIPE = replace(vae.RECIPE, epochs=60, average=True)
LATENT = 8


def build() -> "keras.Model":
    return vae.build(LATENT, classes=10, wide=400, narrow=200)
