"""You against the machine: which pictures are asked, what was answered, and who was right.

game = start("mnist", round_number=1)
game = game.guess(4)  # now it may be revealed
game = game.go_on()   # the next picture

A class goes on drawing, so a game about its digits remembers which twenty it asks, by their numbers.
"""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from digitlab import data, evaluation, inference
from digitlab.classroom import moments
from digitlab.data import once_each, samples
from digitlab.evaluation.label_errors import DOUBTS, Doubt

QUESTIONS = 20
POOL = 100  # so many of the hardest pictures are asked, in five rounds; then they come in another order
MACHINE = "cnn"  # who plays: the best of the zoo's readers
_LONGEST = 20.0  # nats: what a probability of 0 counts as


@dataclass(frozen=True)
class Question:
    """One picture of the twenty."""

    index: int  # in the data set's test images
    label: int  # the official one
    machine: int  # the machine's answer
    confidence: float  # and its probability
    doubt: Doubt | None  # how people voted on the label, where it is known to be doubtful


class Score(NamedTuple):
    """At the end. Matrices are int (10, 10): official label (row), answer (column)."""

    you: int  # how many were right
    machine: int
    agreed: int  # how often both said the same
    doubtful: int  # how many of the labels are doubtful
    machine_overall: float  # the share of the whole data set that the machine answers as the label says
    your_matrix: np.ndarray
    machine_matrix: np.ndarray


@dataclass(frozen=True)
class Game:
    """A game as it stands. It never changes: each move gives the next one."""

    dataset: str
    round_number: int
    guesses: tuple[int, ...] = ()
    revealed: bool = False  # whether the last guess is being looked at
    asked: tuple[int, ...] = ()  # numbers of a class's drawings; of another data set none

    @property
    def questions(self) -> tuple[Question, ...]:
        return questions(self.dataset, self.round_number, self.asked)

    @property
    def over(self) -> bool:
        return len(self.guesses) == QUESTIONS and not self.revealed

    @property
    def number(self) -> int:
        """Of the question that is on the table, from 0 on."""
        return len(self.guesses) - self.revealed

    @property
    def question(self) -> Question:
        """The one on the table. Not when the game is over."""
        return self.questions[self.number]

    def guess(self, digit: int) -> "Game":
        """After it, the answer may be revealed. A second guess at one picture doesn't count."""
        if self.revealed or self.over:
            return self
        if not 0 <= digit <= 9:
            raise ValueError(f"A guess is a digit, not {digit}.")
        return replace(self, guesses=(*self.guesses, digit), revealed=True)

    def go_on(self) -> "Game":
        """To the next picture, or to the end."""
        return replace(self, revealed=False)

    def again(self, dataset: str) -> "Game":
        """The next round, from the start."""
        return start(dataset, self.round_number + 1)

    @property
    def score(self) -> Score:
        """So far; of the pictures that were answered."""
        from sklearn.metrics import confusion_matrix

        asked = self.questions[: len(self.guesses)]
        labels = np.array([question.label for question in asked], int)
        machine = np.array([question.machine for question in asked], int)
        you = np.array(self.guesses, int)

        def matrix(answers: np.ndarray) -> np.ndarray:
            if not len(answers):  # scikit-learn wants at least one
                return np.zeros((10, 10), int)
            return confusion_matrix(labels, answers, labels=range(10))

        return Score(
            int(np.count_nonzero(you == labels)),
            int(np.count_nonzero(machine == labels)),
            int(np.count_nonzero(you == machine)),
            sum(question.doubt is not None for question in asked),
            float(evaluation.evaluate(MACHINE, self.dataset).right.mean()),
            matrix(you),
            matrix(machine),
        )


def enough(dataset: str) -> bool:
    """Whether there are pictures for a game: QUESTIONS whose label is more than a model's guess. Raises
    DataUnavailable."""
    return len(hardest(dataset)) >= QUESTIONS


def start(dataset: str, round_number: int) -> Game:
    """Rounds with the same number have the same pictures, so that a class can compare; of what a class draws,
    as long as it draws nothing more. Raises DataUnavailable."""
    dataset = data.fixed(dataset)
    game = Game(dataset, max(1, round_number))
    if not dataset.startswith(data.OF_CLASS):
        return game
    numbers = samples.numbers(dataset)
    return replace(game, asked=tuple(int(numbers[question.index]) for question in game.questions))


def on(game: Game, dataset: str) -> Game:
    """The same game, where it is about this data set and all that it asks is still there; else another one,
    from the start. Raises DataUnavailable."""
    dataset = data.fixed(dataset)
    if game.dataset == dataset:
        return game
    if moments.plain(game.dataset) == moments.plain(dataset) and _there(dataset, game.asked):
        return replace(game, dataset=dataset)
    return start(dataset, game.round_number)


def _there(dataset: str, asked: tuple[int, ...]) -> bool:
    return len(set(asked)) == QUESTIONS and set(asked) <= set(samples.numbers(dataset).tolist())


def written(game: Game) -> str:
    """The answers so far, for a link: "471"; with "-" behind them while the last one is being looked at."""
    return "".join(map(str, game.guesses)) + ("-" if game.revealed else "")


def written_numbers(game: Game) -> str:
    """Which drawings of a class it asks, for a link: "12-7-31"."""
    return "-".join(map(str, game.asked))


def read(dataset: str, round_number: str, answers: str, asked: str = "") -> Game:
    """The game that `written` and `written_numbers` wrote, with the number of its round. What nobody can have
    written counts as nothing: the first round, no answers. Raises DataUnavailable."""
    number = int(round_number) if re.fullmatch("[0-9]{1,3}", round_number) else 1
    dataset = data.fixed(dataset)
    game = start(dataset, number)
    if game.asked:
        if not re.fullmatch(rf"[0-9]{{1,6}}(-[0-9]{{1,6}}){{{QUESTIONS - 1}}}", asked):
            return game
        numbers = tuple(map(int, asked.split("-")))
        if not _there(dataset, numbers):
            return game
        game = replace(game, asked=numbers)
    if not re.fullmatch(rf"[0-9]{{0,{QUESTIONS}}}|[0-9]{{1,{QUESTIONS}}}-", answers):
        return game
    guesses = tuple(int(digit) for digit in answers.rstrip("-"))
    return replace(game, guesses=guesses, revealed=answers.endswith("-"))


@once_each(maxsize=64)
def questions(dataset: str, round_number: int, asked: tuple[int, ...] = ()) -> tuple[Question, ...]:
    """The twenty pictures of a round, or the drawings of a class with these numbers. Five rounds in a row
    share none of them, where there are so many. Raises DataUnavailable."""
    if asked:
        index_of = {int(number): index for index, number in enumerate(samples.numbers(dataset))}
        chosen = [index_of[number] for number in asked]
    else:
        pool = hardest(dataset)
        turn, part = divmod(round_number - 1, max(1, len(pool) // QUESTIONS))
        order = np.random.default_rng(turn).permutation(pool)
        chosen = order[part * QUESTIONS : (part + 1) * QUESTIONS]
    machine = evaluation.evaluate(MACHINE, dataset)
    doubts = DOUBTS if dataset == "mnist" else {}
    return tuple(
        Question(
            int(index),
            int(machine.labels[index]),
            int(machine.answers[index]),
            float(machine.confidence[index]),
            doubts.get(int(index)),
        )
        for index in chosen
    )


@once_each(maxsize=4)
def hardest(dataset: str, count: int = POOL) -> np.ndarray:
    """The pictures with the highest loss, averaged over the zoo's models: indices int (count,), the hardest
    first. Among them are those whose label is wrong. A class grows while it plays, so there it is MACHINE's
    loss alone; drawings that nobody but a model has labelled are left out. Raises DataUnavailable."""
    if dataset.startswith(data.OF_CLASS):
        labelled = np.flatnonzero(~samples.guessed(dataset))
        return labelled[hardest_of(evaluation.evaluate(MACHINE, dataset).loss[None, labelled], count)]
    losses = [evaluation.evaluate(name, dataset).loss for name in inference.names()]
    return hardest_of(np.stack(losses), count)


def hardest_of(losses: np.ndarray, count: int) -> np.ndarray:
    """`losses` is float (models, N)."""
    mean = np.minimum(losses, _LONGEST).mean(axis=0)
    return np.argsort(-mean, kind="stable")[:count]
