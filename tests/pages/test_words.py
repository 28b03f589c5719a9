"""Words of the pages that have no page of their own."""

from pages.parts.words import counted, told_apart


def test_labels_that_are_equal_say_as_much_of_their_keys_as_tells_them_apart():
    labels = {
        "abcdef01": "Demo",
        "abcdef02": "Demo",
        "123456ff": "Mine",
        "set/a": "A",
        "set/a-2": "A",
    }
    assert told_apart(labels) == {
        "abcdef01": "Demo · abcdef01",
        "abcdef02": "Demo · abcdef02",
        "123456ff": "Mine",
        "set/a": "A · set/a",
        "set/a-2": "A · set/a-",
    }
    assert told_apart({}) == {}


def test_a_number_stands_with_its_noun():
    told = [counted(number, "seed") for number in (0, 1, 2, 2000)]
    assert told == ["0 seeds", "1 seed", "2 seeds", "2,000 seeds"]
