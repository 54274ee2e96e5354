"""How a problem finds its flow: by few words, by what people taught, and what the scores lead to."""

from __future__ import annotations

from uuid import uuid4

import pytest

from core.intake.flows import queries, service
from core.intake.flows.models import FlowSource
from core.intake.flows.queries import Shelved
from core.intake.matcher import stored, teaching
from core.intake.matcher.account import AccountMatcher
from core.intake.matcher.decision import Candidate, Outcome, decision
from core.intake.matcher.learning import Labelled, learn
from core.intake.matcher.shelf import Matchers
from core.llm.words import Words
from tests.builders import Account
from tests.core.intake.documents import PRINTER, a_document

BADGE = (
    PRINTER.replace("printer-offline", "badge-reader")
    .replace("category: printer\n", "")
    .replace("The printer does not print", "Badge reader does not open the door")
    .replace("Nothing comes out of the printer", "The reader stays red")
    .replace("my printer is not printing", "my badge does not open the door")
    .replace("the printer says offline", "the badge reader blinks red")
)


def candidates(*scores: float) -> list[Candidate]:
    return [Candidate(uuid4(), f"Flow {score}", score) for score in scores]


@pytest.mark.parametrize(
    ("scores", "outcome", "shown"),
    [
        ((), Outcome.NONE, 0),
        ((0.599,), Outcome.NONE, 0),
        ((0.60,), Outcome.SUGGEST, 1),
        ((0.749, 0.2), Outcome.SUGGEST, 2),
        ((0.75,), Outcome.MATCH, 1),
        ((0.95, 0.05), Outcome.MATCH, 1),
        ((0.95, 0.85), Outcome.SUGGEST, 2),
        ((0.7, 0.69, 0.68, 0.67), Outcome.SUGGEST, 3),
        ((0.7, 0.01), Outcome.SUGGEST, 1),
    ],
)
def test_scores_decide(scores: tuple[float, ...], outcome: Outcome, shown: int):
    decided = decision(candidates(*scores))
    assert (decided.outcome, len(decided.candidates)) == (outcome, shown)


async def test_a_flow_of_ones_own_is_found_beside_those_in_the_box(account: Account):
    matchers = Matchers()
    async with account.unit() as unit:
        await service.settle_starter(unit)
        made = await service.add(unit, a_document(BADGE), publish=True, source=FlowSource.IMPORTED)
        await unit.flush()
        decided = (await matchers.of(unit)).decide("my badge doesn't open the door to the lab, the reader blinks red")
        assert decided.outcome is not Outcome.NONE
        assert decided.candidates[0].flow_id == made.id
        printer = (await matchers.of(unit)).decide("printer shows offline and prints nothing")
        assert (printer.outcome, printer.candidates[0].title) == (Outcome.MATCH, "The printer does not print")


async def test_what_a_person_chose_is_found_the_next_time_and_a_retired_flow_no_more(account: Account):
    matchers, odd = Matchers(), "the turnstile in the lobby ignores me since my card was renewed"
    async with account.unit("adil") as unit:
        made = await service.add(unit, a_document(BADGE), publish=True, source=FlowSource.IMPORTED)
    async with account.unit("lena") as unit:
        assert (await matchers.of(unit)).decide(odd).outcome is Outcome.NONE
        await service.learn_choice(unit, odd, made.id)
    async with account.unit("lena") as unit:
        decided = (await matchers.of(unit)).decide(odd)
        assert [one.flow_id for one in decided.candidates] == [made.id]
    async with account.unit("adil") as unit:
        await service.retire(unit, made.id)
    async with account.unit("lena") as unit:
        assert (await matchers.of(unit)).decide(odd).outcome is Outcome.NONE


async def test_learned_weights_are_kept_unless_newer_ones_are_there(account: Account):
    async with account.unit("adil") as unit:
        await service.add(unit, a_document(), publish=True, source=FlowSource.IMPORTED)
    async with account.unit() as unit:
        assert await queries.keep_weights(unit, b"second", 2)
        assert not await queries.keep_weights(unit, b"first", 1)
        assert await queries.weights(unit) == b"second"


FRUIT = [
    f"{verb} the {thing} in the {place}"
    for verb in ("peel", "wash", "cut")
    for thing in ("apple", "pear")
    for place in ("bowl", "sink")
]
TRAINS = [
    f"{verb} a {thing} to {place}"
    for verb in ("book", "cancel", "move")
    for thing in ("train", "seat")
    for place in ("york", "leeds")
]


def test_what_is_taught_is_known_the_same_after_it_was_stored():
    learned = learn(
        {"fruit": FRUIT, "trains": TRAINS, "few": ["sing a song"]}, Words(), ["paint the wall", "sleep well"]
    )
    assert learned is not None
    assert set(learned.flows) == {"fruit", "trains"}
    back = stored.unpack(stored.pack(stored.Lesson(learned, frozenset({7}))), Words())
    assert back.marks == {7}
    for text in ("peel a pear", "a seat to york", "nothing known", ""):
        for before, after in zip(learned.scores(text), back.learned.scores(text), strict=True):
            assert before[0] == after[0]
            assert before[1] == pytest.approx(after[1], abs=0.01)
    assert learned.scores("wash the pear in the bowl")[0][0] == "fruit"
    assert learned.scores("cancel the train to leeds")[0][0] == "trains"


def test_the_same_examples_teach_the_same():
    one, other = (learn({"fruit": FRUIT, "trains": TRAINS}, Words()) for _ in range(2))
    assert one is not None
    assert other is not None
    assert one.scores("peel a pear") == other.scores("peel a pear")


def test_scores_may_be_fitted_to_other_statements():
    tuned = learn(
        {"fruit": FRUIT, "trains": TRAINS}, Words(), tuned_on=[Labelled("peel pears", "fruit"), Labelled("hm", None)]
    )
    assert tuned is not None


def test_it_is_taught_anew_once_there_is_enough_that_is_new():
    starter = [
        Shelved(uuid4(), f"own-{n}", "Own", (), tuple(f"own thing {n} {m}" for m in range(30))) for n in range(4)
    ]
    given = teaching.material(starter, ["none of these"])
    assert teaching.is_enough(given, None)
    few = teaching.material([Shelved(uuid4(), "own", "Own", ("a", "b"), ("c",))], [])
    assert not few.examples
    assert not teaching.is_enough(few, None)


def test_a_flow_with_few_examples_is_found_by_its_words_even_where_nothing_was_learned():
    flow = Shelved(uuid4(), "badge", "Badge reader", ("the reader stays red",), ("my badge does not open the door",))
    decided = AccountMatcher([flow], Words(), None).decide("badge does not open the door")
    assert [one.flow_id for one in decided.candidates] == [flow.flow_id]
