"""What a class's digits are split into, what is too few, and how sure the figures are."""

import numpy as np
import pytest

from digitlab import inference
from digitlab.classroom import fine_tuning
from digitlab.classroom.fine_tuning import DRAWING, PUPIL, Arm, Share, TooFew, check, split
from digitlab.evaluation import own_data


def a_class(pupils: int, each: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Labels and pupils: everybody draws all digits in turn."""
    return np.tile(np.arange(each) % 10, pupils), np.repeat(np.arange(pupils) + 1, each)


@pytest.mark.parametrize("pupils", [6, 7, 30, 300])
def test_split_by_pupil_nobody_is_in_two_parts(pupils: int) -> None:
    labels, who = a_class(pupils)
    parts = split(labels, who)
    groups = [set(who[part]) for part in parts]
    assert sum(map(len, groups)) == len(set.union(*groups)) == pupils
    assert sorted(np.concatenate(parts)) == list(range(len(labels))), "each drawing is in one part"
    learn, choose, test = map(len, groups)
    assert learn >= max(choose, test)
    assert choose >= 1
    assert test >= 2
    again, other = split(labels, who), split(labels, who, seed=1)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))
    assert not np.array_equal(parts.test, other.test)


def test_split_by_drawing_everybody_is_in_all_parts() -> None:
    labels, who = a_class(10)
    parts = split(labels, who, DRAWING)
    assert sorted(np.concatenate(parts)) == list(range(len(labels)))
    assert all(set(who[part]) == set(who) for part in parts)
    unknown = split(labels, None, DRAWING)
    assert all(set(labels[part]) == set(range(10)) for part in unknown)


@pytest.mark.parametrize(
    ("pupils", "each", "digits", "sentence"),
    [
        (5, 60, 10, "5 pupils have drawn"),
        (1, 500, 10, "1 pupil has drawn"),
        (11, 10, 10, "there are 110 drawings, and 120"),
        (30, 20, 8, r"of 8 \(0\), 9 \(0\)"),
    ],
)
def test_too_few_is_said(pupils: int, each: int, digits: int, sentence: str) -> None:
    labels, who = a_class(pupils, each)
    with pytest.raises(TooFew, match=sentence):
        check(labels % digits, who)


def test_who_drew_what_must_be_known_to_split_by_pupil() -> None:
    labels, _ = a_class(20)
    with pytest.raises(TooFew, match="who drew what"):
        check(labels, None, PUPIL)
    check(labels, None, DRAWING)


def test_the_interval_is_over_pupils_not_over_drawings() -> None:
    """Ten hands, of which two are misread half of the time; each drawing a hundred times changes nothing."""
    right = np.repeat([[1, 1]] * 8 + [[1, 0]] * 2, 1, axis=0).astype(bool)
    once = fine_tuning.accuracy(right.ravel(), np.repeat(np.arange(10), 2))
    often = fine_tuning.accuracy(np.repeat(right, 100, axis=1).ravel(), np.repeat(np.arange(10), 200))
    assert once.value == often.value == 0.9
    assert often.high - often.low > 0.15, "2,000 drawings of ten hands are ten hands"
    assert once.low <= often.low < 0.9 < often.high <= once.high


def test_the_interval_is_right_as_often_as_it_says() -> None:
    """Of classes whose hands differ; with nine pupils a plain bootstrap holds the truth in 85 of 100."""
    rng, hits = np.random.default_rng(0), 0
    who = np.repeat(np.arange(9), 20)
    for _ in range(200):
        hands = rng.beta(18, 2, 9)  # their mean is 0.9
        found = fine_tuning.accuracy(rng.random(180) < np.repeat(hands, 20), who)
        hits += found.low <= 0.9 <= found.high
    assert 0.9 <= hits / 200 <= 0.995


def test_where_nothing_is_wrong_there_is_doubt_all_the_same() -> None:
    share = fine_tuning.accuracy(np.ones(90, bool), np.repeat(np.arange(9), 10))
    assert share.value == share.high == 1
    assert 0.9 < share.low < 0.97


def test_a_gain_is_measured_on_the_same_drawings() -> None:
    """Every pupil wins one drawing of ten: nothing is left to chance, though pupils differ much."""
    before = np.array([[n >= bad for n in range(10)] for bad in range(1, 9)])
    after = np.array([[n >= bad - 1 for n in range(10)] for bad in range(1, 9)])
    won = fine_tuning.gain(before.ravel(), after.ravel(), np.repeat(np.arange(8), 10))
    assert won == pytest.approx((0.1, 0.1, 0.1))


def test_a_large_class_is_drawn_by_lot_and_can_be_read_again() -> None:
    count = fine_tuning.MOST_DRAWINGS + 50
    images = np.random.default_rng(0).integers(0, 100, (count, 28, 28), dtype=np.uint8)
    labels, who = (np.arange(count) % 10).astype(np.uint8), np.arange(count) // 60
    brought = own_data.read("class.npz", fine_tuning.packed(images, labels, who))
    assert len(brought.labels) == fine_tuning.MOST_DRAWINGS
    assert brought.pupils is not None
    assert set(brought.pupils) == set(who)
    few = own_data.read("class.npz", fine_tuning.packed(images[:30], labels[:30], who[:30]))
    assert np.array_equal(few.images, images[:30])


def test_what_can_learn_more_has_a_keras_file() -> None:
    assert "committee" not in fine_tuning.models()
    assert {"linear", "cnn"} <= set(fine_tuning.models()) <= set(inference.names())


def arm(after: float = 0.97, gained: Share | None = None, **values: object) -> Arm:
    gained = gained or Share(after - 0.87, 0.05, 0.15)
    plain = {"replay": 4, "split_by": PUPIL, "drawings": {}, "pupils": {}, "mnist_before": 0.9946}
    plain |= {"mnist_after": 0.994, "epoch": 3, "epochs": 9, "seconds": 20}
    shares = {"before": Share(0.87, 0.8, 0.9), "after": Share(after, 0.9, 0.99), "gain": gained}
    return Arm(**plain | shares | values)


def test_the_verdict_never_says_more_than_the_interval() -> None:
    assert "better now: +10.0 points (95 %: +5.0 to +15.0)" in fine_tuning.verdict(arm())
    unsure = fine_tuning.verdict(arm(gained=Share(0.02, -0.01, 0.05)))
    assert "can’t be told" in unsure
    assert "−1.0 to +5.0" in unsure
    assert "worse" in fine_tuning.verdict(arm(gained=Share(-0.02, -0.05, -0.01)))
    assert "stays as it was" in fine_tuning.verdict(arm(epoch=0))


def test_each_way_says_what_it_shows() -> None:
    honest, alone = arm(), arm(0.954, replay=0, mnist_after=0.9914)
    fooled = arm(0.99, split_by=DRAWING)
    tried = [honest, alone, fooled]
    assert "6 more mistakes on MNIST’s" in fine_tuning.meaning(honest, tried)
    assert "nothing but the class’s digits. It forgets a little: 32 more" in fine_tuning.meaning(alone, tried)
    assert "have won +12.0 points; on new pupils it is +10.0." in fine_tuning.meaning(fooled, tried)
    assert "says nothing about new pupils" in fine_tuning.meaning(arm(0.96, split_by=DRAWING), tried)
    assert "forget" not in fine_tuning.meaning(arm(mnist_before=None, mnist_after=None), tried)


def test_an_arm_is_in_a_card_and_back() -> None:
    card = {"fine_tuning": {"arms": [fine_tuning.as_json(arm())]}}
    (back,) = fine_tuning.arms(card)
    assert back.after == arm().after
    assert back.title == "MNIST mixed in"


def test_what_has_changed() -> None:
    mended, spoiled = fine_tuning.changed(
        np.array([1, 2, 3, 4]), np.array([1, 7, 3, 9]), np.array([7, 2, 3, 8])
    )
    assert mended.tolist() == [1]
    assert spoiled.tolist() == [0]


def test_progress_goes_through_all_ways() -> None:
    assert fine_tuning.progress({}) == 0
    assert fine_tuning.progress({"done": 0.5, "share": 0.3, "step": 5, "steps": 10}) == pytest.approx(0.65)
