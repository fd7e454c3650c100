"""All benchmarks of the app's speed, one after the other, a quarter of an hour on two quiet cores.

    python -m benchmarks [--write]

With --write the tables of docs/BENCHMARKS.md are written again: compare them with those that stood there.
Needs TensorFlow and Chromium, and the file that MNIST_NPZ names.
"""

from benchmarks import class_load, click, first_visit, inference, markdown, stroke_cost

options = markdown.options(__doc__ or "")
for benchmark in (click, inference, stroke_cost, first_visit, class_load):  # the first misses MNIST at once
    markdown.show(benchmark.tables(), options.write)
