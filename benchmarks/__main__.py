"""All benchmarks of the app's speed, one after the other, half an hour on two quiet cores.

    python -m benchmarks [--write]

With --write the tables of docs/BENCHMARKS.md are written again: compare them with those that stood there.
Needs TensorFlow and Chromium, and the file that MNIST_NPZ names.
"""

from benchmarks import class_load, class_work, click, first_visit, inference, live, markdown, stroke_cost

options = markdown.options(__doc__ or "")
# the first misses MNIST at once
ALL = (click, inference, stroke_cost, live, first_visit, class_load, class_work)
for benchmark in ALL:
    markdown.show(benchmark.tables(), options.write)
