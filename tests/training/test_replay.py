"""Playing a training like a film, without a page."""

from digitlab.training.replay import SECONDS, Player


def test_it_plays_a_moment_at_a_time_to_the_end_and_stops() -> None:
    film = Player()
    film.load(3)
    film.play(now=0.0)
    shown = []
    for number in range(1, 6):
        film.tick(number * SECONDS)
        shown.append((film.moment, film.playing))
    assert shown == [(1, True), (2, True), (3, False), (3, False), (3, False)]


def test_a_rerun_between_two_ticks_of_the_clock_moves_nothing() -> None:
    film = Player(last=5)
    film.play(now=0.0)
    film.tick(0.1 * SECONDS)
    assert film.moment == 0
    film.tick(SECONDS)
    film.tick(1.1 * SECONDS)
    assert film.moment == 1


def test_play_at_the_end_begins_again() -> None:
    film = Player(last=5, moment=5)
    film.play(now=7.0)
    assert (film.moment, film.playing) == (0, True)
    film.pause()
    film.tick(100.0)
    assert (film.moment, film.playing) == (0, False)


def test_who_moves_it_while_it_plays_is_followed() -> None:
    film = Player(last=9)
    film.play(now=0.0)
    film.move(6, now=1.0)
    film.tick(1.0)
    assert film.moment == 6
    film.tick(1.0 + SECONDS)
    assert film.moment == 7
    film.move(99, now=3.0)
    assert film.moment == 9


def test_a_shorter_training_has_no_moment_past_its_last() -> None:
    film = Player(last=20, moment=18)
    film.load(7)
    assert (film.last, film.moment) == (7, 7)
