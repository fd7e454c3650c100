"""What the page about convolution shows is what Keras computes."""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from digitlab import data, inference
from digitlab.inside import convolution
from digitlab.inside.convolution import BY_NAME, LAYERS, PADDINGS, STRIDES
from tests.shell import Shell, printed

VALUES = st.floats(-2, 2, width=32)


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return data.load("digits", "test").images[:40] / np.float32(255)


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    return pytest.importorskip("keras", reason="TensorFlow isn't installed: requirements.txt has it")


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("padding", PADDINGS)
@pytest.mark.parametrize("name", convolution.KERNELS)
def test_a_convolution_is_keras(
    name: str, padding: str, stride: int, pictures: np.ndarray, keras: ModuleType
) -> None:
    kernel = np.array(convolution.KERNELS[name], np.float32).reshape(3, 3)
    expected = keras.ops.conv(pictures[:3, :, :, None], kernel[:, :, None, None], stride, padding)
    for picture, wanted in zip(pictures, keras.ops.convert_to_numpy(expected), strict=False):
        assert np.allclose(convolution.convolve(picture, kernel, stride, padding), wanted[..., 0], atol=1e-4)


@given(hnp.arrays(np.float32, (28, 28), elements=VALUES), st.integers(0, 27), st.integers(0, 27))
@settings(max_examples=30)
def test_the_sum_at_a_place_is_that_of_nine_products(picture: np.ndarray, row: int, column: int) -> None:
    kernel = np.arange(9.0).reshape(3, 3)
    around = np.pad(picture, 1)[row : row + 3, column : column + 3]
    assert np.isclose(convolution.convolve(picture, kernel)[row, column], (around * kernel).sum(), atol=1e-4)


@given(hnp.arrays(np.float32, st.tuples(st.integers(2, 9), st.integers(2, 9)), elements=VALUES))
def test_pooling_keeps_the_largest_of_each_square(values: np.ndarray) -> None:
    pooled = convolution.pool(values)
    assert pooled.shape == (values.shape[0] // 2, values.shape[1] // 2)
    for row, column in np.ndindex(pooled.shape):
        assert pooled[row, column] == values[2 * row : 2 * row + 2, 2 * column : 2 * column + 2].max()


def test_the_layers_are_those_of_the_model(pictures: np.ndarray, keras: ModuleType) -> None:
    model = keras.saving.load_model(inference.ARTIFACTS / "cnn" / "model.keras", safe_mode=True)
    for layer in LAYERS:
        there = model.get_layer(layer.convolution or layer.maps)
        size = there.kernel_size if layer.convolution else there.pool_size
        assert tuple(size) == (layer.size, layer.size)
        assert tuple(there.strides) == (layer.stride, layer.stride)
        assert (there.padding == "same") == (layer.before > 0)


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_outside_its_receptive_field_moves_a_place(name: str, pictures: np.ndarray) -> None:
    model = inference.load("cnn")
    before = model.layers(pictures[:1])[name][0]
    rng = np.random.default_rng(0)
    for row, column in rng.integers(0, before.shape[0], (6, 2)):
        top, bottom, left, right = convolution.receptive_field(name, int(row), int(column))
        other = rng.random((28, 28), np.float32)
        other[top:bottom, left:right] = pictures[0, top:bottom, left:right]
        assert np.allclose(model.layers(other[None])[name][0, row, column], before[row, column], atol=1e-4)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_edge_of_its_receptive_field_moves_a_place(name: str) -> None:
    """So the field is no larger than it must be: ink in its first or last row or column alone, on paper that
    is grey (so that no ReLU is flat everywhere), makes a difference to some map."""
    model = inference.load("cnn")
    rng = np.random.default_rng(1)
    papers = rng.random((20, 28, 28), np.float32)
    maps = model.layers(papers)[name]
    side = maps.shape[1]
    for row, column in ((side // 2, side // 2), (0, side - 1), (side - 1, 0)):
        top, bottom, left, right = convolution.receptive_field(name, row, column)
        for edge in (
            np.s_[top, left:right],
            np.s_[bottom - 1, left:right],
            np.s_[top:bottom, left],
            np.s_[top:bottom, right - 1],
        ):
            others = papers.copy()
            others[:, *edge] = 1 - others[:, *edge]
            change = np.abs(model.layers(others)[name][:, row, column] - maps[:, row, column])
            assert change.max() > 1e-4, (row, column, edge)


def test_the_shares_of_the_maps_before_add_up(pictures: np.ndarray) -> None:
    model = inference.load("cnn")
    outputs = model.layers(pictures[:1])
    for layer in LAYERS:
        if not layer.convolution or not layer.source:
            continue
        for number, row, column in ((0, 0, 0), (5, 2, 4), (30, 4, 1)):
            found = convolution.shares(model, outputs, layer.maps, number, row, column)
            assert np.isclose(found.sum(), outputs[layer.convolution][0, row, column, number], atol=1e-3)


@pytest.mark.parametrize("name", ["linear", "dense", "cnn"])
def test_saliency_is_the_gradient(name: str, pictures: np.ndarray, keras: ModuleType) -> None:
    import tensorflow as tf

    trained = keras.saving.load_model(inference.ARTIFACTS / name / "model.keras", safe_mode=True)
    model = inference.load(name)
    noise = 0.02 * np.random.default_rng(0).random((28, 28), np.float32)
    for picture in pictures[:3] + noise:  # on flat paper, pooling has no single gradient
        probabilities = model.predict(picture[None])[0]
        digit, second, third = np.argsort(probabilities)[:-4:-1]
        if probabilities[third] > 0.98 * probabilities[second]:
            continue  # nor has the margin, where two rivals are as strong as each other
        given = tf.Variable(picture[None])
        with tf.GradientTape() as tape:
            logs = tf.math.log(trained(given))[0]
            evidence = logs[digit] - tf.reduce_max(tf.boolean_mask(logs, tf.range(10) != digit))
        wanted = tape.gradient(evidence, given).numpy()[0]
        found = convolution.saliency(model, picture, digit)
        assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.99


def test_occlusion_is_the_fall_of_the_probability(pictures: np.ndarray) -> None:
    model = inference.load("cnn")
    picture, digit = pictures[7], int(model.predict(pictures[7:8]).argmax())
    found = convolution.occlusion(model, picture, digit)
    for row, column in ((0, 0), (13, 14), (20, 9), (27, 27)):
        covered = picture.copy()
        covered[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3] = 0
        fall = model.predict(picture[None])[0, digit] - model.predict(covered[None])[0, digit]
        assert np.isclose(found[row, column], fall, atol=1e-5)
    assert found.max() > 0


@pytest.mark.parametrize("sample", ["digits-18", None])
def test_the_code_of_a_kernel_gives_what_is_shown(sample: str | None, shell: Shell) -> None:
    kernel = np.array(convolution.KERNELS["Vertical edges"]).reshape(3, 3)
    arrays = shell(convolution.code_kernel(sample, kernel, 2, "same"))
    assert np.array_equal(arrays["picture"], np.round(arrays["picture"], 2)), "as on the page"
    expected = convolution.convolve(arrays["picture"], kernel, 2, "same")
    assert np.allclose(arrays["output"], expected)
    assert np.allclose(arrays["pooled"], convolution.pool(np.maximum(expected, 0)))
    if sample:
        assert np.array_equal(arrays["image"], data.load("digits", "test").images[18])


def test_the_code_of_a_map_gives_what_is_shown(pictures: np.ndarray, shell: Shell) -> None:
    arrays = shell(convolution.code_map("digits-18", "maps_3", 7))
    one = inference.load("cnn").layers(pictures[18:19])["maps_3"][0, ..., 7]
    assert np.allclose(arrays["one"], one, atol=1e-5)
    top, bottom, left, right = convolution.receptive_field("maps_3", *convolution.strongest(one))
    assert np.array_equal(arrays["sees"], pictures[18, top:bottom, left:right])


def test_the_code_of_pixels_gives_what_is_shown(pictures: np.ndarray, shell: Shell) -> None:
    arrays = shell(convolution.code_pixels("digits-18", "tiny_cnn", 3))
    model = inference.load("tiny_cnn")
    assert np.allclose(arrays["gradient"], convolution.saliency(model, pictures[18], 3), atol=1e-3)
    assert np.allclose(arrays["fall"], convolution.occlusion(model, pictures[18], 3), atol=1e-5)


def test_pixels_that_mattered_are_both_maps(pictures: np.ndarray) -> None:
    gradient, fall = convolution.pixels_that_mattered("tiny_cnn", pictures[18].tobytes(), 3)
    model = inference.load("tiny_cnn")
    assert np.array_equal(gradient, convolution.saliency(model, pictures[18], 3))
    assert np.array_equal(fall, convolution.occlusion(model, pictures[18], 3))


def test_each_code_prints(shell: Shell) -> None:
    kernel = np.array(convolution.KERNELS["Blur"]).reshape(3, 3)
    for code in (
        convolution.code_kernel(None, kernel, 1, "valid"),
        convolution.code_map(None, "maps_1", 0),
        convolution.code_pixels(None, "linear", 3),
    ):
        assert printed(code)
