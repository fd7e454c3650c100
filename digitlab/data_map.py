"""A map of MNIST's test digits: alike ones lie together. The places are committed, the pictures are not.

    python -m digitlab.data_map         makes data_map.npz anew (half a minute; needs MNIST)

t-SNE (van der Maaten, Hinton 2008) of the 784 pixels, by way of 50 principal components; 3,000 digits, 300 of
each, so that neighbours can be told apart.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitlab import data

FILE = Path(__file__).with_name("data_map.npz")
EACH, SEED = 300, 0


class DataMap(NamedTuple):
    indices: np.ndarray  # uint16 (N,): which of MNIST's test images
    places: np.ndarray  # float32 (N, 2): x, y, both from 0 to 1


def load() -> DataMap:
    with np.load(FILE, allow_pickle=False) as saved:
        return DataMap(saved["indices"], saved["places"] / np.float32(65535))


def of(images: np.ndarray, seed: int = SEED) -> np.ndarray:
    """Places of pictures, uint8 (N, 28, 28), on a map of their own: float32 (N, 2) from 0 to 1."""
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    pixels = images.reshape(len(images), -1) / np.float32(255)
    components = PCA(50, random_state=seed).fit_transform(pixels)
    places = TSNE(2, random_state=seed, init="pca", perplexity=30).fit_transform(components)
    low, high = places.min(axis=0), places.max(axis=0)
    return ((places - low) / (high - low)).astype(np.float32)


def main() -> None:
    images, labels = data.load("mnist", "test")
    rng = np.random.default_rng(SEED)
    indices = np.sort(
        np.concatenate([rng.choice(np.flatnonzero(labels == d), EACH, replace=False) for d in range(10)])
    )
    places = np.round(of(images[indices]) * 65535).astype(np.uint16)
    np.savez_compressed(FILE, indices=indices.astype(np.uint16), places=places)
    print(f"{FILE.name}: {FILE.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
