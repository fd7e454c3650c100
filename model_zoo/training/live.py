"""A model for the browser: one small file that our own JavaScript reads (ui/pad/browser/network.js).

    python -m model_zoo.training.live        write live.bin of all models in LIVE anew, from their model.keras

The file, little-endian:

    4 bytes     MAGIC
    uint32      length of the header in bytes
    header      JSON, filled up with spaces so that the weights begin at an even byte
    float16     the weights of all layers, one after the other: kernel, then bias

The header is {"input": [28, 28, 1], "output": "digit", "weights": how many, "layers": [...]}. A layer has a
"kind" and the "activations" that follow it, in their order; those that we named have a "name" too:

    conv        "size": [rows, columns], "filters", "padding": "same" or "valid"; stride 1.
                Kernel (rows, columns, channels, filters), bias (filters,)
    dense       "units". Kernel (inputs, units), bias (units,)
    max_pool    "size": [rows, columns], as far apart as they are large; what is left over at the edge is cut

Batch normalisation is folded into the layer before it. What does nothing once a model is trained (dropout,
flatten, reshape) is left out.
"""

import json
import re
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from digitlab.errors import DigitLabError
from model_zoo import ARTIFACTS, LIVE

if TYPE_CHECKING:
    import keras

FILE = "live.bin"
MAGIC = b"DLN1"
ACTIVATIONS = ("relu", "log_sigmoid", "softmax")
_NOTHING = ("InputLayer", "Flatten", "Reshape", "Dropout")


class NotLive(DigitLabError):
    """The browser can't run this model."""


def main(names: Sequence[str] = LIVE) -> None:
    """Write the files of models that are trained already."""
    import keras

    for name in names:
        folder = ARTIFACTS / name
        content = export(keras.models.load_model(folder / "model.keras", compile=False))
        (folder / FILE).write_bytes(content)
        print(f"{name:14} {len(content):9,} bytes")


def write(model: "keras.Model", folder: Path) -> None:
    """Put the model's file into a folder. Raises NotLive."""
    (folder / FILE).write_bytes(export(model))


def export(model: "keras.Model") -> bytes:
    """The content of the file. Of several outputs the first that the layers lead to counts. Raises NotLive
    for a layer, an activation or a branch that the browser can't run."""
    layers: list[dict[str, Any]] = []
    weights: list[np.ndarray] = []
    output = ""
    for operation in _chain(model):
        kind = type(operation).__name__
        if kind in _NOTHING:
            continue
        output = operation.name
        if write := _KINDS.get(kind):
            layer, added = write(operation)
            layers.append(layer | {"activations": []})
            weights += added
        elif not layers:
            raise NotLive(f"A {kind} can't be the first layer in the browser.")
        if kind == "BatchNormalization":
            if layers[-1]["activations"] or layers[-1]["kind"] == "max_pool":
                raise NotLive("Batch normalisation can only be folded into the layer right before it.")
            weights[-2:] = _folded(*weights[-2:], operation)
        elif activation := _activation(operation):
            layers[-1]["activations"].append(activation)
        elif kind not in _KINDS and kind != "Activation":
            raise NotLive(f"The browser can't run a layer {kind} ({operation.name}).")
        layers[-1].pop("name", None)
        if not _is_automatic(operation):
            layers[-1]["name"] = operation.name
    numbers = np.concatenate([part.ravel() for part in weights])
    size = list(model.input_shape[1:])
    shape = size if len(size) == 3 else [*size, 1]
    header = {"input": shape, "output": output, "weights": len(numbers), "layers": layers}
    return _packed(header, numbers)


def _packed(header: dict[str, Any], numbers: np.ndarray) -> bytes:
    with np.errstate(over="ignore"):
        half = numbers.astype("<f2")
    if not np.isfinite(half).all():
        raise NotLive("A weight is too large for half precision.")
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (len(text) % 2)
    return MAGIC + struct.pack("<I", len(text)) + text + half.tobytes()


def _chain(model: "keras.Model") -> Iterator[Any]:
    """The operations from the picture to the first output; each must have one input, the one before."""
    import keras

    if isinstance(model, keras.Sequential):
        yield from model.layers
        return
    if len(model.inputs) != 1:
        raise NotLive(f"The browser has a picture to give, and this model wants {len(model.inputs)} inputs.")
    ends = {id(tensor) for tensor in model.outputs}
    before = None
    for operation in model.operations:
        node = operation._inbound_nodes[-1]
        if before is not None and [id(tensor) for tensor in node.input_tensors] != [id(before)]:
            raise NotLive(
                f"The browser runs layers one after the other; {operation.name} takes something else."
            )
        yield operation
        (before,) = node.output_tensors
        if id(before) in ends:
            return


def _conv(layer: Any) -> tuple[dict[str, Any], list[np.ndarray]]:
    plain = layer.strides == (1, 1) and layer.dilation_rate == (1, 1) and layer.groups == 1
    if not plain or layer.data_format != "channels_last":
        raise NotLive(f"The browser has no strides, dilation or groups ({layer.name}).")
    size = {"size": list(layer.kernel_size), "filters": layer.filters, "padding": layer.padding}
    return {"kind": "conv"} | size, _weights(layer, layer.filters)


def _dense(layer: Any) -> tuple[dict[str, Any], list[np.ndarray]]:
    return {"kind": "dense", "units": layer.units}, _weights(layer, layer.units)


def _max_pool(layer: Any) -> tuple[dict[str, Any], list[np.ndarray]]:
    if layer.strides != layer.pool_size or layer.padding != "valid":
        raise NotLive(f"The browser pools what lies side by side, without padding ({layer.name}).")
    return {"kind": "max_pool", "size": list(layer.pool_size)}, []


_KINDS: dict[str, Callable[[Any], tuple[dict[str, Any], list[np.ndarray]]]] = {
    "Conv2D": _conv,
    "Dense": _dense,
    "MaxPooling2D": _max_pool,
}


def _weights(layer: Any, outputs: int) -> list[np.ndarray]:
    kernel, *bias = layer.get_weights()
    return [kernel, bias[0] if bias else np.zeros(outputs, np.float32)]


def _folded(kernel: np.ndarray, bias: np.ndarray, layer: Any) -> list[np.ndarray]:
    """A layer's weights with the batch normalisation that follows, which is linear too."""
    variance, mean = np.asarray(layer.moving_variance), np.asarray(layer.moving_mean)
    gain = 1 / np.sqrt(variance + layer.epsilon)
    if layer.scale:
        gain = gain * np.asarray(layer.gamma)
    offset = np.asarray(layer.beta) if layer.center else 0
    return [kernel * gain, (bias - mean) * gain + offset]


def _activation(operation: Any) -> str | None:
    """The activation that an operation ends with, None without one."""
    kind = type(operation).__name__
    if kind == "Softmax":
        name = "softmax"
    elif kind == "LogSigmoid":
        name = "log_sigmoid"
    else:
        name = getattr(getattr(operation, "activation", None), "__name__", "linear")
    if name not in (*ACTIVATIONS, "linear"):
        raise NotLive(f"The browser doesn't know the activation {name} ({operation.name}).")
    return None if name == "linear" else name


def _is_automatic(operation: Any) -> bool:
    """Whether Keras named it, by a count that differs from run to run."""
    from keras.src.utils.naming import to_snake_case

    kind = re.escape(to_snake_case(type(operation).__name__))
    return re.fullmatch(rf"{kind}(_\d+)?", operation.name) is not None


if __name__ == "__main__":
    main(sys.argv[1:] or LIVE)
