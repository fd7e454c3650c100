"""All benchmarks of the app's speed, one after the other, a quarter of an hour on two quiet cores.

    python -m benchmarks [--write]

With --write the tables of docs/BENCHMARKS.md are written again: compare them with those that stood there.
Needs TensorFlow and Chromium, and the file that MNIST_NPZ names.
"""

from benchmarks import class_load, click, first_visit, inference, live, markdown, stroke_cost

options = markdown.options(__doc__ or "")
ALL = (click, inference, stroke_cost, live, first_visit, class_load)  # the first misses MNIST at once
for benchmark in ALL:
    markdown.show(benchmark.tables(), options.write)
