"""All speed benchmarks, one after the other: `python -m benchmarks` (about ten minutes)."""

from benchmarks import class_load, inference

inference.main()
class_load.main()
