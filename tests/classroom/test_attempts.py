"""Who may try codes, and who is stopped."""

import random
import time

import pytest

from digitlab.classroom import attempts
from digitlab.classroom.limits import CODE_LETTERS, WRONG_CODES, WRONG_CODES_S
from digitlab.errors import NotNow

CODE = "KFRTW"
SCHOOL = "198.51.100.7"


@pytest.fixture(autouse=True)
def _nobody_has_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_wrong", {})


def guess(address: str | None, times: int, seed: int = 0) -> None:
    chance = random.Random(seed)
    for _ in range(times):
        attempts.wrong(address, "".join(chance.sample(CODE_LETTERS, 5)))


def slips(code: str) -> list[str]:
    """Every code with one letter wrong, missing or twice, or with two letters swapped."""
    places, letters = range(len(code)), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [
        *(code[:at] + letter + code[at + 1 :] for at in places for letter in letters if letter != code[at]),
        *(code[:at] + code[at + 1 :] for at in places),
        *(code[:at] + code[at] + code[at:] for at in places),
        *(code[:at] + code[at + 1] + code[at] + code[at + 2 :] for at in places[:-1]),
    ]


def test_a_school_behind_one_address_may_slip() -> None:
    """All of it, in all ways, again and again."""
    for _ in range(10):
        for slip in slips(CODE):
            attempts.check(SCHOOL)
            attempts.wrong(SCHOOL, slip)
    attempts.check(SCHOOL)


def test_who_reloads_a_class_that_has_ended_guesses_nothing() -> None:
    for _ in range(20 * WRONG_CODES):
        attempts.wrong(SCHOOL, CODE)
        attempts.wrong(SCHOOL, "")
        attempts.wrong(SCHOOL, CODE, key="x")
    attempts.check(SCHOOL)


@pytest.mark.parametrize("address", [SCHOOL, "2001:db8::1", None])
def test_who_guesses_is_stopped_for_a_while(address: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    guess(address, WRONG_CODES - 1)
    attempts.check(address)
    guess(address, 10, seed=1)
    with pytest.raises(NotNow, match="ten minutes"):
        attempts.check(address)
    attempts.check("203.0.113.9")
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + WRONG_CODES_S + 1)
    attempts.check(address)


def test_who_guesses_keys_is_stopped() -> None:
    for number in range(WRONG_CODES):
        attempts.wrong(SCHOOL, CODE, key=f"key {number}")
    with pytest.raises(NotNow):
        attempts.check(SCHOOL)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # a device chooses its second half
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:198.51.100.7", SCHOOL, True),
        (SCHOOL, "198.51.100.8", False),
        ("no address", "\ud800", False),
    ],
)
def test_whose_attempts_count_together(one: str, other: str, same: bool) -> None:
    guess(one, 2 * WRONG_CODES)
    if same:
        with pytest.raises(NotNow):
            attempts.check(other)
    else:
        attempts.check(other)


def test_memory_is_bounded_and_holds_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_MOST", 50)
    for number in range(200):
        guess(f"198.51.{number}.1", 3, seed=number)
    guess(SCHOOL, 5 * WRONG_CODES)
    assert len(attempts._wrong) == 50
    assert max(map(len, attempts._wrong.values())) == WRONG_CODES
    assert SCHOOL not in str(attempts._wrong)
    assert CODE not in str(attempts._wrong)
