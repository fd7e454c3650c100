"""Maps of digits: alike ones lie together. The places are committed, the pictures are not.

    python -m digitlab.data.tsne_map         makes tsne_map.npz anew (a minute; needs MNIST)

t-SNE (van der Maaten, Hinton 2008) of the 784 pixels, by way of 50 principal components: of 3,000 of MNIST's
test digits, 300 of each, so that neighbours can be told apart; and of all of UCI's. What a class has drawn is
placed on one of these two, each drawing among the digits that it is most like: that takes no time, and
nothing moves when the next one arrives."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitlab import data
from digitlab.data import once_each
from digitlab.errors import DataUnavailable

FILE = Path(__file__).with_name("tsne_map.npz")
EACH, SEED = 300, 0
MOST, LIKE = 3_000, 5


class DataMap(NamedTuple):
    indices: np.ndarray  # int (N,): which of the data set's test images
    places: np.ndarray  # float32 (N, 2): x, y, both from 0 to 1


@once_each(maxsize=2)
def load(name: str) -> DataMap:
    """The map of `mnist`, `digits` or a class. Raises as `data.load` does."""
    if name.startswith(data.OF_CLASS):
        return _on_the_map(name, base())
    with np.load(FILE, allow_pickle=False) as saved:
        return DataMap(saved[f"{name}_indices"], saved[f"{name}_places"] / np.float32(65535))


def base() -> str:
    """On whose map a class is placed: MNIST's; where its pictures can't be had, UCI's."""
    try:
        data.load("mnist", "test")
    except DataUnavailable:
        return "digits"
    return "mnist"


def _on_the_map(name: str, base: str) -> DataMap:
    """The newest MOST, each in the middle of the LIKE digits of the map that are nearest pixel by pixel, the
    nearest ones counting most."""
    of_map = load(base)
    landmarks = _rows(data.load(base, "test").images[of_map.indices])
    images = data.load(name, "test").images
    chosen = np.arange(max(0, len(images) - MOST), len(images))
    drawn = _rows(images[chosen])
    apart = (drawn**2).sum(axis=1)[:, None] + (landmarks**2).sum(axis=1) - 2 * drawn @ landmarks.T
    like = np.argpartition(apart, LIKE, axis=1)[:, :LIKE]
    weights = 1 / np.maximum(np.take_along_axis(apart, like, axis=1), 1e-3)[..., None]
    places = (of_map.places[like] * weights).sum(axis=1) / weights.sum(axis=1)
    return DataMap(chosen, places.astype(np.float32))


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1) / np.float32(255)


def _places(images: np.ndarray, seed: int = SEED) -> np.ndarray:
    """Places of pictures, uint8 (N, 28, 28), on a map of their own: float32 (N, 2) from 0 to 1."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    components = PCA(50, random_state=seed).fit_transform(_rows(images))
    places = TSNE(2, random_state=seed, init="pca", perplexity=30).fit_transform(components)
    low, high = places.min(axis=0), places.max(axis=0)
    return ((places - low) / (high - low)).astype(np.float32)


def main() -> None:
    labels = data.load("mnist", "test").labels
    rng = np.random.default_rng(SEED)
    some = [rng.choice(np.flatnonzero(labels == digit), EACH, replace=False) for digit in range(10)]
    chosen = {
        "mnist": np.sort(np.concatenate(some)),
        "digits": np.arange(len(data.load("digits", "test").labels)),
    }
    saved = {}
    for name, indices in chosen.items():
        saved[f"{name}_indices"] = indices.astype(np.uint16)
        places = _places(data.load(name, "test").images[indices])
        saved[f"{name}_places"] = np.round(places * 65535).astype(np.uint16)
    np.savez_compressed(FILE, **saved)
    print(f"{FILE.name}: {FILE.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
