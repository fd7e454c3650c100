"""What a reader computes just before its softmax: its .tflite file gives probabilities only."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

_BATCH = 500


def logits(file: Path) -> Callable[[np.ndarray], np.ndarray] | None:
    """From pictures float32 (N, 28, 28) in [0, 1] to logits float32 (N, 10); None for a model that has none,
    because it doesn't end in a softmax."""
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    with warnings.catch_warnings():  # it warns that keeping all tensors takes memory
        warnings.simplefilter("ignore")
        interpreter = Interpreter(
            str(file),
            num_threads=1,
            experimental_preserve_all_tensors=True,
            # the fast way keeps no tensors, and can't be given other batches with them
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
    (given,) = (d["index"] for d in interpreter.get_input_details())

    def run(batch: np.ndarray) -> None:
        interpreter.resize_tensor_input(given, batch.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(given, np.ascontiguousarray(batch, np.float32))
        interpreter.invoke()

    probe = np.random.default_rng(0).random((3, 28, 28)).astype(np.float32)
    run(probe)
    outputs = [interpreter.get_tensor(d["index"]) for d in interpreter.get_output_details()]
    probabilities = [output for output in outputs if output.shape == (len(probe), 10)]
    where = next((n for n, t in _tensors(interpreter) if any(_softmax_of(t, p) for p in probabilities)), None)
    if where is None:
        return None

    def compute(pictures: np.ndarray) -> np.ndarray:
        parts = []
        for start in range(0, len(pictures), _BATCH):
            run(pictures[start : start + _BATCH])
            parts.append(interpreter.get_tensor(where).copy())
        return np.concatenate(parts)

    return compute


def _tensors(interpreter: "Interpreter"):  # noqa: F821
    for details in interpreter.get_tensor_details():
        try:
            yield details["index"], interpreter.get_tensor(details["index"])
        except ValueError:  # one that holds nothing
            continue


def _softmax_of(logits: np.ndarray, probabilities: np.ndarray) -> bool:
    if logits.shape != probabilities.shape or logits.dtype != np.float32:
        return False
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.allclose(powers / powers.sum(axis=1, keepdims=True), probabilities, atol=1e-5)
