"""The game: which pictures, whose turn, who was right. On UCI's digits, which are always there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitlab import evaluation
from digitlab.evaluation import guess
from digitlab.evaluation.guess import POOL, QUESTIONS, Game
from digitlab.evaluation.label_errors import DOUBTS


def played(game: Game, answers: list[int]) -> Game:
    for answer in answers:
        game = game.guess(answer).go_on()
    return game


# --- which pictures ----------------------------------------------------------------------------------


def test_the_hardest_have_the_highest_loss_over_all_models() -> None:
    losses = np.array([[0, 3, 1, 9.0], [0, 4, 2, 0]])
    assert list(guess.hardest_of(losses, 3)) == [3, 1, 2]  # means 0, 3.5, 1.5, 4.5


def test_one_model_that_gives_a_probability_of_0_does_not_decide_alone() -> None:
    losses = np.array([[np.inf, 15.0], [0, 15.0]])
    assert list(guess.hardest_of(losses, 1)) == [1]


@pytest.mark.slow
@settings(deadline=None, max_examples=20)
@given(st.integers(1, 1000))
def test_a_round_is_twenty_of_the_hardest_and_always_the_same(number: int) -> None:
    asked = [question.index for question in guess.questions("digits", number)]
    assert len(set(asked)) == QUESTIONS
    assert set(asked) <= set(guess.hardest("digits"))
    guess.questions.cache_clear()
    assert asked == [question.index for question in guess.questions("digits", number)]


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 50))
def test_five_rounds_in_a_row_ask_everything_once(turn: int) -> None:
    rounds = [guess.questions("digits", 5 * turn + part) for part in range(1, 6)]
    assert len({question.index for asked in rounds for question in asked}) == POOL


def test_the_next_five_rounds_come_in_another_order() -> None:
    assert guess.questions("digits", 1) != guess.questions("digits", 6)


def test_a_question_says_what_the_machine_said() -> None:
    result = evaluation.evaluate(guess.MACHINE, "digits")
    for question in guess.questions("digits", 1):
        assert question.label == result.labels[question.index]
        assert question.machine == result.answers[question.index]
        assert question.confidence == result.probabilities[question.index, question.machine]
        assert question.doubt is None  # MNIST's doubts are not UCI's


def test_mnists_doubtful_labels_are_among_the_questions_and_known() -> None:
    asked = [question for number in range(1, 6) for question in guess.questions("mnist", number)]
    assert len([question for question in asked if question.doubt]) >= 5
    for question in asked:
        assert question.doubt == DOUBTS.get(question.index)


# --- whose turn --------------------------------------------------------------------------------------


def test_a_guess_reveals_and_going_on_asks_the_next() -> None:
    game = guess.start("digits", 1)
    assert (game.number, game.revealed, game.over) == (0, False, False)
    game = game.guess(4)
    assert (game.number, game.revealed, game.guesses) == (0, True, (4,))
    game = game.go_on()
    assert (game.number, game.revealed, game.guesses) == (1, False, (4,))
    assert game.question == game.questions[1]


def test_who_presses_twice_has_guessed_once() -> None:
    game = guess.start("digits", 1).guess(4)
    assert game.guess(7) == game
    assert game.go_on().go_on() == game.go_on()


def test_the_last_guess_is_revealed_before_the_game_is_over() -> None:
    game = played(guess.start("digits", 1), [0] * (QUESTIONS - 1)).guess(0)
    assert (game.number, game.over) == (QUESTIONS - 1, False)
    game = game.go_on()
    assert game.over
    assert game.guess(3) == game


def test_again_is_the_next_round_from_its_start() -> None:
    over = played(guess.start("digits", 3), [1] * QUESTIONS)
    assert over.again("digits") == guess.start("digits", 4)


@pytest.mark.parametrize("digit", [-1, 10])
def test_a_guess_must_be_a_digit(digit: int) -> None:
    with pytest.raises(ValueError, match="digit"):
        guess.start("digits", 1).guess(digit)


def test_there_is_no_round_before_the_first() -> None:
    assert guess.start("digits", 0) == guess.start("digits", -5) == guess.start("digits", 1)


# --- the link ----------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 999), st.lists(st.integers(0, 9), max_size=QUESTIONS), st.booleans())
def test_a_game_is_read_as_it_was_written(number: int, guesses: list[int], looking: bool) -> None:
    game = played(guess.start("digits", number), guesses[:-1])
    for answer in guesses[-1:]:
        game = game.guess(answer) if looking else game.guess(answer).go_on()
    assert guess.read("digits", str(number), guess.written(game)) == game


def test_a_link_is_short() -> None:
    game = guess.start("digits", 3).guess(4).go_on().guess(7)
    assert guess.written(game) == "47-"
    assert guess.written(game.go_on()) == "47"
    assert guess.written(guess.start("digits", 3)) == ""


@pytest.mark.parametrize("answers", ["-", "4-7", "x", "47--", "4" * 21, "٤", "<b>", "4\n", " 4"])
def test_answers_that_nobody_gave_count_as_none(answers: str) -> None:
    assert guess.read("digits", "3", answers) == guess.start("digits", 3)


@pytest.mark.parametrize("number", ["", "-3", "abc", "9" * 40, "0", "٣"])
def test_a_round_that_there_is_not_is_the_first(number: str) -> None:
    assert guess.read("digits", number, "").round_number == 1


# --- who was right -----------------------------------------------------------------------------------


def test_who_knows_all_labels_has_twenty() -> None:
    labels = [question.label for question in guess.questions("digits", 2)]
    score = played(guess.start("digits", 2), labels).score
    assert score.you == QUESTIONS
    assert (score.your_matrix == np.diag(np.bincount(labels, minlength=10))).all()


def test_who_says_what_the_machine_says_has_its_score() -> None:
    answers = [question.machine for question in guess.questions("digits", 2)]
    score = played(guess.start("digits", 2), answers).score
    assert score.you == score.machine < QUESTIONS
    assert score.agreed == QUESTIONS
    assert (score.your_matrix == score.machine_matrix).all()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(0, 9), max_size=QUESTIONS), st.integers(1, 20))
def test_matrices_hold_all_answers_and_the_right_ones_on_their_diagonal(
    guesses: list[int], number: int
) -> None:
    game = played(guess.start("digits", number), guesses)
    score = game.score
    assert score.your_matrix.sum() == score.machine_matrix.sum() == len(guesses)
    assert np.trace(score.your_matrix) == score.you
    assert np.trace(score.machine_matrix) == score.machine
    for question, answer in zip(game.questions, guesses, strict=False):
        assert score.your_matrix[question.label, answer] >= 1
    assert game.over == (len(guesses) == QUESTIONS)
