"""Maps of digits: alike ones lie together. The places are committed, the pictures are not.

    python -m digitlab.data.tsne_map         makes tsne_map.npz anew (a minute; needs MNIST)

t-SNE (van der Maaten, Hinton 2008) of the 784 pixels, by way of 50 principal components: of 3,000 of MNIST's
test digits, 300 of each, so that neighbours can be told apart; and of all of UCI's.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitlab import data
from digitlab.caches import once

FILE = Path(__file__).with_name("tsne_map.npz")
EACH, SEED = 300, 0


class DataMap(NamedTuple):
    indices: np.ndarray  # uint16 (N,): which of the data set's test images
    places: np.ndarray  # float32 (N, 2): x, y, both from 0 to 1


@once(maxsize=2)
def load(name: str) -> DataMap:
    """The map of `mnist` or `digits`."""
    with np.load(FILE, allow_pickle=False) as saved:
        return DataMap(saved[f"{name}_indices"], saved[f"{name}_places"] / np.float32(65535))


def _places(images: np.ndarray, seed: int = SEED) -> np.ndarray:
    """Places of pictures, uint8 (N, 28, 28), on a map of their own: float32 (N, 2) from 0 to 1."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    pixels = images.reshape(len(images), -1) / np.float32(255)
    components = PCA(50, random_state=seed).fit_transform(pixels)
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
