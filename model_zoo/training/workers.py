"""Several processes that train one model together: each learns from its share of every batch, and all take
the same step (data parallelism). Keras does it on JAX; its environment variables say who takes part.
"""

import os

import numpy as np

ADDRESS = "KERAS_DISTRIBUTION_JOB_ADDRESSES"


class Workers:
    """Those that take part, and which of them this process is."""

    def __init__(self) -> None:
        """Waits for the others, where there are any. Call it before Keras computes anything."""
        import keras

        self.number, self.rank = 1, 0
        if keras.backend.backend() != "jax":
            return
        if ADDRESS in os.environ:
            keras.distribution.initialize()
            self.number = int(os.environ["KERAS_DISTRIBUTION_NUM_PROCESSES"])
            self.rank = int(os.environ["KERAS_DISTRIBUTION_PROCESS_ID"])
        if len(keras.distribution.list_devices()) > 1:
            # each of our batches is a share already
            keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))

    def share(self, batch: np.ndarray) -> np.ndarray:
        """This worker's part of a batch: all have equally many, so some of the last may be left over."""
        return batch[: len(batch) // self.number * self.number][self.rank :: self.number]

    @property
    def writes(self) -> bool:
        """One of them keeps what all have learned."""
        return self.rank == 0
