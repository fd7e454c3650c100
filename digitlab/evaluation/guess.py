"""You against the machine: which pictures are asked, what was answered, and who was right.

game = start("mnist", round_number=1)
game = game.guess(4)  # now it may be revealed
game = game.go_on()   # the next picture
"""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from digitlab import evaluation, inference
from digitlab.caches import once
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

    @property
    def questions(self) -> tuple[Question, ...]:
        return questions(self.dataset, self.round_number)

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


def start(dataset: str, round_number: int) -> Game:
    """Rounds with the same number have the same pictures, so that a class can compare."""
    return Game(dataset, max(1, round_number))


def written(game: Game) -> str:
    """The answers so far, for a link: "471"; with "-" behind them while the last one is being looked at."""
    return "".join(map(str, game.guesses)) + ("-" if game.revealed else "")


def read(dataset: str, round_number: str, answers: str) -> Game:
    """The game that `written` wrote, with the number of its round. What nobody can have written counts as
    nothing: the first round, no answers."""
    number = int(round_number) if re.fullmatch("[0-9]{1,3}", round_number) else 1
    game = start(dataset, number)
    if not re.fullmatch(rf"[0-9]{{0,{QUESTIONS}}}|[0-9]{{1,{QUESTIONS}}}-", answers):
        return game
    guesses = tuple(int(digit) for digit in answers.rstrip("-"))
    return replace(game, guesses=guesses, revealed=answers.endswith("-"))


@once(maxsize=64)
def questions(dataset: str, round_number: int) -> tuple[Question, ...]:
    """The twenty pictures of a round. Five rounds in a row share none of them."""
    turn, part = divmod(round_number - 1, POOL // QUESTIONS)
    order = np.random.default_rng(turn).permutation(hardest(dataset))
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
        for index in order[part * QUESTIONS : (part + 1) * QUESTIONS]
    )


@once(maxsize=4)
def hardest(dataset: str, count: int = POOL) -> np.ndarray:
    """The pictures with the highest loss, averaged over the zoo's models: indices int (count,), the hardest
    first. Among them are those whose label is wrong."""
    losses = [evaluation.evaluate(name, dataset).loss for name in inference.names()]
    return hardest_of(np.stack(losses), count)


def hardest_of(losses: np.ndarray, count: int) -> np.ndarray:
    """`losses` is float (models, N)."""
    mean = np.minimum(losses, _LONGEST).mean(axis=0)
    return np.argsort(-mean, kind="stable")[:count]
