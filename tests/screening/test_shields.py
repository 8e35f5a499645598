"""Which comments run into the shield of somebody who signs the story."""

import pytest

from commentsvc.screening import Outcome, Shield, screen

INES = Shield(1, "Ines van der Writer", ("liar", "paid by*"))
AIMED = Shield(1, "Ines van der Writer", ("liar",), must_be_aimed=True)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("What a liar.", "liar"),
        ("What a L1AR!", "L1AR"),
        ("She is paid by the town.", "paid by"),
        ("What a familiar story.", None),
        ("A fine story.", None),
    ],
)
def test_a_word_of_the_shield_holds_and_is_marked(draft, house, text, marked):
    verdicts = [
        each for each in screen(draft(text=text, shields=(INES,)), house()).verdicts if each.rule == "attacks_byline"
    ]
    assert bool(verdicts) is (marked is not None)
    for verdict in verdicts:
        ((start, end),) = verdict.spans
        assert (verdict.outcome, text[start:end]) == (Outcome.HOLD, marked)
        assert "from the shield of Ines van der Writer" in verdict.reason


@pytest.mark.parametrize(
    ("text", "is_answered", "is_held"),
    [
        ("The mayor is a liar.", False, False),
        ("Ines is a liar.", False, True),
        ("WRITER, you liar", False, True),
        ("The town van is a liar's.", False, True),  # a part of the name in another sense: held rather than not
        ("der mayor is a liar", False, True),
        ("You liar.", True, True),  # it answers her
        ("Ines is right.", True, False),
    ],
)
def test_an_aimed_shield_wants_the_person_named_or_answered(draft, house, text, is_answered, is_held):
    shield = Shield(1, AIMED.name, AIMED.words, must_be_aimed=True, is_answered=is_answered)
    assert bool(screen(draft(text=text, shields=(shield,)), house()).verdicts) is is_held


def test_a_card_names_every_shield_that_was_hit(draft, house):
    both = (INES, Shield(2, "Omar", ("liar",)), Shield(3, "Lea", ("crook",)))
    (verdict,) = screen(draft(text="Both liar.", shields=both), house()).verdicts
    assert verdict.reason == "uses “liar”, from the shield of Ines van der Writer; uses “liar”, from the shield of Omar"
