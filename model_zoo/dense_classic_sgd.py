"""The textbook net again, with plain stochastic gradient descent: so that both ways can be compared."""

from dataclasses import replace

from model_zoo import dense_classic

TITLE = "Textbook net, SGD"
SUMMARY = "The same 100 neurons, taught with plain gradient descent: it learns, but slowly."
RECIPE = replace(dense_classic.RECIPE, optimizer="sgd", learning_rate=0.01, internals=False, float16=True)

build = dense_classic.build
