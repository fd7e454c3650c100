"""The files that the browser's networks are read from, against the models that they were made of."""

import json
import struct
from typing import Any

import numpy as np
import pytest

from digitlab import inference
from digitlab.movement import MAPS
from model_zoo import ARTIFACTS, DETECTOR, LIVE, STROKES
from model_zoo.training import live
from model_zoo.training.live import MAGIC, NotLive, export

CLOSE = 0.005  # of a probability: what half precision may cost
ROOM = 400_000  # bytes


def read(content: bytes) -> tuple[dict[str, Any], np.ndarray]:
    """Header and weights, as the page above `live.export` describes the file."""
    assert content[:4] == MAGIC
    (length,) = struct.unpack("<I", content[4:8])
    header = json.loads(content[8 : 8 + length])
    weights = np.frombuffer(content[8 + length :], "<f2").astype(np.float64)
    assert len(weights) == header["weights"]
    return header, weights


def run(content: bytes, pictures: np.ndarray) -> np.ndarray:
    """What the network in a file says, worked out the long way: float64 (N, outputs)."""
    header, weights = read(content)
    x = pictures.astype(np.float64).reshape(-1, *header["input"])

    def take(*shape: int) -> np.ndarray:
        nonlocal weights
        size = int(np.prod(shape))
        taken, weights = weights[:size].reshape(shape), weights[size:]
        return taken

    for layer in header["layers"]:
        if layer["kind"] == "conv":
            rows, columns = layer["size"]
            kernel = take(rows, columns, x.shape[-1], layer["filters"])
            if layer["padding"] == "same":
                x = np.pad(x, [(0, 0), (rows // 2, rows // 2), (columns // 2, columns // 2), (0, 0)])
            seen = np.lib.stride_tricks.sliding_window_view(x, (rows, columns), (1, 2))
            x = np.einsum("nyxcij,ijcf->nyxf", seen, kernel, optimize=True) + take(layer["filters"])
        elif layer["kind"] == "dense":
            x = x.reshape(len(x), -1)
            x = x @ take(x.shape[1], layer["units"]) + take(layer["units"])
        else:
            rows, columns = layer["size"]
            high, wide = x.shape[1] // rows, x.shape[2] // columns
            x = x[:, : high * rows, : wide * columns].reshape(len(x), high, rows, wide, columns, -1)
            x = x.max(axis=(2, 4))
        for activation in layer["activations"]:
            if activation == "relu":
                x = np.maximum(x, 0)
            elif activation == "log_sigmoid":
                x = -np.logaddexp(0, -x)
            else:
                x = np.exp(x - x.max(axis=1, keepdims=True))
                x /= x.sum(axis=1, keepdims=True)
    assert not len(weights), "all of them are used"
    return x


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    """What could be digits: blurred dots, float32 (40, 28, 28) in [0, 1]."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:28, :28]
    centres = rng.uniform(6, 22, (40, 12, 2, 1, 1))
    near = np.exp(-((y - centres[:, :, 0]) ** 2 + (x - centres[:, :, 1]) ** 2) / 3)
    return near.max(axis=1).astype(np.float32)


def given(name: str, pictures: np.ndarray) -> np.ndarray:
    """What a model gets: the reader of strokes the pictures as if they were maps."""
    return np.repeat(pictures[:, ::2, ::2, None], MAPS, axis=3) if name == STROKES else pictures


# --- the files that are there ------------------------------------------------------------------------


@pytest.mark.parametrize("name", LIVE)
def test_the_browser_says_what_the_server_says(name: str, pictures: np.ndarray) -> None:
    file = ARTIFACTS / name / live.FILE
    pictures = given(name, pictures)
    answers = run(file.read_bytes(), pictures)
    model = inference.load(name)
    if name == DETECTOR:
        assert np.abs(1 - answers[:, 10] - model.score(pictures)).max() < CLOSE
    else:
        assert np.abs(answers - model.predict(pictures)).max() < CLOSE


@pytest.mark.parametrize("name", LIVE)
def test_a_file_is_small(name: str) -> None:
    assert (ARTIFACTS / name / live.FILE).stat().st_size < ROOM


def test_layers_that_pages_look_into_have_their_names() -> None:
    header, _ = read((ARTIFACTS / "cnn" / live.FILE).read_bytes())
    names = [layer.get("name") for layer in header["layers"]]
    assert names == ["maps_1", "pooled_1", "maps_2", "maps_3", "pooled_2", "maps_4", "digit"]


# --- other models ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def keras() -> Any:
    return pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")


def shaken(model: Any) -> Any:
    """The model with weights as after a training, also those of batch normalisation."""
    rng = np.random.default_rng(1)
    for weight in model.weights:
        values = np.asarray(weight)
        noise = rng.normal(0, 0.1, values.shape)
        weight.assign(np.abs(values + noise) + 0.1 if "variance" in weight.name else values + noise)
    return model


def test_batch_normalisation_is_folded_with_bias_and_without(keras: Any, pictures: np.ndarray) -> None:
    layers = keras.layers
    model = shaken(
        keras.Sequential(
            [
                keras.Input((28, 28)),
                layers.Reshape((28, 28, 1)),
                layers.Conv2D(4, 3, padding="same"),
                layers.BatchNormalization(),
                layers.Activation("relu"),
                layers.MaxPooling2D((3, 2)),
                layers.Conv2D(5, (1, 3), use_bias=False),
                layers.BatchNormalization(scale=False, center=False),
                layers.Flatten(),
                layers.Dropout(0.5),
                layers.Dense(7, use_bias=False),
                layers.BatchNormalization(),
                layers.Softmax(),
            ]
        )
    )
    assert np.abs(run(export(model), pictures) - model.predict(pictures, verbose=0)).max() < CLOSE


def test_every_model_of_the_browser_can_be_exported_untrained(keras: Any, pictures: np.ndarray) -> None:
    from model_zoo import definition

    for name in LIVE:
        model, seen = shaken(definition(name).build()), given(name, pictures)
        answers = model.predict(seen, verbose=0)
        answers = answers["eleven"] if isinstance(answers, dict) else answers
        assert np.abs(run(export(model), seen) - answers).max() < CLOSE, name


def test_names_that_keras_counts_up_are_left_out(keras: Any) -> None:
    """They differ from run to run, and so would the file."""
    from model_zoo import tiny_cnn

    tiny_cnn.build()
    header, _ = read(export(tiny_cnn.build()))
    assert [layer["name"] for layer in header["layers"] if "name" in layer] == ["digit"]


def chain(keras: Any, *layers: Any) -> Any:
    return keras.Sequential([keras.Input((28, 28)), keras.layers.Reshape((28, 28, 1)), *layers])


def test_what_the_browser_cannot_run_is_named(keras: Any) -> None:
    layers = keras.layers
    conv = layers.Conv2D(2, 3)
    for reason, model in {
        "GlobalAveragePooling2D": chain(keras, conv, layers.GlobalAveragePooling2D()),
        "activation gelu": chain(keras, layers.Conv2D(2, 3, activation="gelu")),
        "strides": chain(keras, layers.Conv2D(2, 3, strides=2)),
        "side by side": chain(keras, conv, layers.MaxPooling2D(3, strides=2)),
        "first layer": chain(keras, layers.Activation("relu")),
        "a layer ReLU": chain(keras, conv, layers.ReLU()),
        "right before it": chain(keras, conv, layers.Activation("relu"), layers.BatchNormalization()),
        "folded into": chain(keras, conv, layers.MaxPooling2D(), layers.BatchNormalization()),
    }.items():
        with pytest.raises(NotLive, match=reason):
            export(model)


def test_a_branch_is_refused(keras: Any) -> None:
    picture = keras.Input((28, 28))
    x = keras.layers.Flatten()(picture)
    left, right = (keras.layers.Dense(10, activation="relu")(x) for _ in range(2))
    with pytest.raises(NotLive, match="takes something else"):
        export(keras.Model(picture, keras.layers.Add()([left, right])))


def test_a_weight_beyond_half_precision_is_refused(keras: Any) -> None:
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.layers[-1].set_weights([np.full((784, 10), 1e6), np.zeros(10)])
    with pytest.raises(NotLive, match="half precision"):
        export(model)
