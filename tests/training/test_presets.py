"""Each preset keeps its promise: it is trained as the page trains it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitlab import data
from digitlab.training import local_queue, presets
from digitlab.training.presets import PLAIN, PRESETS, Preset
from pages.training.train_one import page

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif("DIGITLAB_ALL" not in os.environ, reason="trains for minutes: DIGITLAB_ALL=1")
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.title)
def test_a_preset_shows_what_it_promises(preset: Preset, tmp_path: Path, mnist_test: data.Dataset) -> None:
    if not local_queue.possible():
        pytest.skip("TensorFlow isn't installed: requirements.txt has it")
    env = {key: value for key, value in os.environ.items() if not key.startswith("PEN_")}
    command = [sys.executable, str(ROOT / "train.py"), *preset.settings.options(tmp_path)]
    subprocess.run(command, env=env, check=True, capture_output=True)
    history = json.loads((tmp_path / preset.settings.model / "history.json").read_text("utf-8"))
    least, most = preset.training
    assert least <= history["accuracy"][-1] <= most
    least, most = preset.validation
    assert least <= history["val_accuracy"][-1] <= most


def test_the_form_can_show_every_preset() -> None:
    for preset in PRESETS:
        for name, (_, options, _) in page.FORM.items():
            assert getattr(preset.settings, name) in options, (preset.title, name)


def test_a_preset_is_known_by_its_settings() -> None:
    assert [presets.of(preset.settings) for preset in PRESETS] == list(PRESETS)
    assert presets.of(PLAIN.settings._replace(epochs=3)) is None
