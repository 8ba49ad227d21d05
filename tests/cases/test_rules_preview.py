import random

import pytest

from lms.cases.rules.answers import Step, any_step
from lms.cases.rules.decisions import SCORED
from lms.cases.rules.engine import Mode
from lms.cases.rules.preview import code_to, preview, sample, with_step
from lms.core.confidence import Confidence
from lms.core.errors import RuleViolation
from tests.factories.cases import GOOD_CASE, case_document, every_kind, small_case


def begun(case, **other):
    start = {"variant": case.variants[0].key, "mode": Mode.PRACTICE, "seed": 7}
    return preview(case, **{**start, **other})


def walked(case, seed):
    """A preview walked by chance from the start to the end, with all hints."""
    chance, found = random.Random(seed), begun(case, seed=seed)
    while not found.state.ended:
        key, scene = found.state.scene, found.scene
        if scene.decision.hint and key not in found.state.hinted:
            step = Step(key, hint=True)
        else:
            step = any_step(key, scene, chance) if isinstance(scene.decision, SCORED) else Step(key)
        found = begun(case, seed=seed, code=with_step(found, step))
    return found


@pytest.mark.parametrize("case", [small_case(), every_kind()], ids=lambda case: case.slug)
@pytest.mark.parametrize("seed", range(40))
def test_every_kind_of_step_survives_the_address(case, seed):
    found = walked(case, seed)
    assert begun(case, seed=seed, code=found.code).state == found.state
    assert len(found.code) < 10 * len(found.state.path)


def test_the_order_of_options_is_fixed_by_the_seed():
    assert begun(small_case(), seed=3).draw == begun(small_case(), seed=3).draw
    assert len({begun(small_case(), seed=seed).draw.order["call"] for seed in range(20)}) > 1


def test_a_preview_begins_in_any_scene_with_any_patient():
    code = code_to(small_case(), "refusal", "alan")
    found = begun(small_case(), variant="alan", code=code, given=2)
    assert (found.state.scene, found.names["name"], found.state.clock) == ("refusal", "Alan Pryce", "19:50")
    assert (found.begun_at.title, found.first_code) == ("He says no", code)
    assert found.state.known == ("staggered", "sleep")


def test_a_patient_who_never_comes_to_a_scene_is_refused_by_naming_who_does():
    firm = GOOD_CASE.replace("          goto: refusal\n", "          goto: agreed\n")
    firm = firm.replace("            - {goto: refusal}", "            - {goto: agreed}")
    case = case_document(firm).model
    with pytest.raises(RuleViolation, match=r"never comes to this scene. Select Alan Pryce\.") as caught:
        code_to(case, "refusal", "martin")
    assert caught.value.field == "variant"
    assert code_to(case, "refusal", "alan")


def test_a_step_that_the_scene_does_not_allow_is_refused():
    with pytest.raises(RuleViolation, match="Select what you do"):
        with_step(begun(small_case()), Step("call", "no-such", Confidence.CERTAIN))


@pytest.mark.parametrize(
    "code",
    [
        "x",
        ".",
        "c0.",
        "c",
        "c9",
        "cé",
        "c00",
        "z0",
        "h.h",
        "g",
        "c0.c0.c0.g.g",
        "c0.c0.c0.c0",
        "n²",
        "c0" * 2_000,
    ],
)
def test_a_code_that_does_not_fit_is_refused_with_a_sentence(code):
    with pytest.raises(RuleViolation, match="does not fit the case"):
        begun(small_case(), code=code)


@pytest.mark.parametrize("code", ["c01", "c0122", "c012", "c0123.c00203000", "c0123.c0020300.c00", "c0123.c0020309"])
def test_a_code_of_another_kind_of_decision_is_refused(code):
    with pytest.raises(RuleViolation, match="does not fit the case"):
        begun(every_kind(), code=code)


@pytest.mark.parametrize("wrong", [{"variant": "nobody"}, {"given": 1}, {"given": -1}])
def test_a_patient_or_step_the_case_does_not_have_is_refused(wrong):
    with pytest.raises(RuleViolation, match="does not fit the case"):
        begun(small_case(), **wrong)


def test_a_sample_tells_the_case_with_its_first_patient_and_details():
    assert (sample(every_kind()).variant, sample(every_kind()).details) == ("dean", {"street": "Alder Street"})
    assert sample(every_kind(), "sean").variant == "sean"
