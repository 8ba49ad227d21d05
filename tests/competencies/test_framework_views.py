from datetime import timedelta

import pytest

from lms.competencies import queries, services
from lms.core.ids import new_id
from lms.identity.services import viewer_for
from lms.policy import Permission
from tests.factories import competencies as made
from tests.factories import frameworks as make

REWORDED = make.reworded("D3.1", title="Asking about suicide", indicator="Asks and listens")
PAGE = "/trainees/{}/capabilities/D3.1"


@pytest.fixture
def signed(app, cast):
    """Suicide enquiry, met and signed off under the shipped framework."""
    with app.app_context():
        made.load_framework()
        other = made.another_assessor(cast.trust)
        made.meet_enquiry(cast.trainee, cast.assessor, other)
        made.sign_off(cast.trainee, cast.assessor)
        return queries.get_framework().id


@pytest.fixture
def versions(app, signed, clock):
    clock.set(clock.moment + timedelta(hours=1))
    with app.app_context():
        make.publish(make.changed(REWORDED, make.without("D1.4")))
        return signed, queries.get_framework().id


@pytest.fixture
def mapping(app, cast, versions):
    with app.app_context():
        actor = viewer_for(cast.consultant_nurse, Permission.FRAMEWORK_MANAGE)
        lines = {"D3.1": ["D3.1"], "D1.4": []}
        return services.propose_mapping(actor, *versions, lines=lines, reason="Only the words changed.").id


def changes(versions):
    return f"/frameworks/changes?older={versions[0]}&newer={versions[1]}"


def to_propose(versions):
    return f"/frameworks/{versions[0]}/mapping-to/{versions[1]}"


def test_all_versions_are_listed_with_what_was_recorded_under_each(versions, sign_in):
    page = sign_in("consultant_nurse").get("/frameworks").text
    assert page.count("Version of 18 November 2026") == 2
    assert page.count("In force") == 1
    assert '<td class="nhsuk-table__cell" data-label="Assessments"><span>3</span>' in page
    assert '<td class="nhsuk-table__cell" data-label="Sign-offs"><span>1</span>' in page
    assert "Check a framework file" in page


def test_a_trainee_reads_versions_and_changes_without_numbers_of_others(versions, sign_in):
    client = sign_in("trainee")
    page = client.get("/frameworks").text
    assert "Sign-offs" not in page
    assert "Check a framework file" not in page
    page = client.get(changes(versions)).text
    assert "Asking about suicide" in page
    assert "Propose a mapping" not in page
    client.get(to_propose(versions), 403)


def test_before_any_content_the_page_says_what_to_do(cast, sign_in):
    page = sign_in("consultant_nurse").get("/frameworks").text
    assert "No framework has been loaded yet." in page


def test_changes_are_told_field_by_field_with_what_follows_for_signatures(versions, sign_in):
    page = sign_in("consultant_nurse").get(changes(versions)).text
    assert "1 capability removed and 1 capability changed." in page
    assert "Suicide enquiry" in page
    assert "Asks directly; explores intent, means, supports" in page
    assert "does not count under the newer one until a mapping is proposed" in page
    assert "D1.4 Cultural humility and interpreters, D3.1 Suicide enquiry" in page


def test_versions_that_do_not_exist_are_not_found(versions, sign_in):
    client = sign_in("consultant_nurse")
    for query in ("", f"?older={versions[0]}", f"?older={versions[0]}&newer={new_id()}", "?older=x&newer=y"):
        client.get(f"/frameworks/changes{query}", 404)
    client.get(f"/framework-mappings/{new_id()}", 404)
    client.get(f"/frameworks/{versions[0]}/mapping-to/{new_id()}", 404)


def test_a_mapping_is_proposed_reviewed_and_used(cast, versions, sign_in):
    nurse = sign_in("consultant_nurse")
    assert "Signed under an earlier wording. It does not count here" in nurse.get(PAGE.format(cast.trainee)).text
    assert "Asking about suicide" in nurse.get(to_propose(versions)).text
    answers = {"map_D3_1": "D3.1", "map_D1_4": "dropped", "reason": "Only the words changed."}
    page = nurse.get(nurse.post(to_propose(versions), answers).location).text
    assert "You proposed this mapping. A second person reviews it" in page
    assert "Record your review" not in page

    educator = sign_in("educator")
    assert "A mapping of the competency framework waits for review" in educator.get("/").text
    page = educator.get("/frameworks").text
    link = page.split("/framework-mappings/")[1].split('"')[0]
    page = educator.get(f"/framework-mappings/{link}").text
    assert "Renamed. The same capability in other words" in page
    assert "Dropped. No longer asked" in page
    page = educator.get(educator.post(f"/framework-mappings/{link}", {"approved": "yes"}).location).text
    assert "Approved by Edith Lowe" in page

    page = nurse.get(PAGE.format(cast.trainee)).text
    assert "Signed off" in page
    assert "A reviewed mapping says that it counts here." in page
    assert "It was signed as: D3.1 Suicide enquiry. Asks directly; explores intent, means, supports" in page
    assert "approved by Edith Lowe" in nurse.get(changes(versions)).text


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"map_D1_4": "dropped", "reason": "Words."}, "Say what D3.1 is read as"),
        ({"map_D3_1": "D3.1", "map_D1_4": "dropped"}, "Say how you decided"),
        ({"map_D3_1": "D9.9", "map_D1_4": "dropped", "reason": "Words."}, "Select one of the options"),
        (
            {"map_D3_1": "D3.1", "map_D1_4": "dropped", "map_D1_4_2": "D1.5", "reason": "Words."},
            "What is no longer asked is read as nothing else",
        ),
    ],
)
def test_a_mapping_that_is_not_whole_is_asked_for_again(versions, sign_in, answers, told):
    assert told in sign_in("consultant_nurse").post(to_propose(versions), answers, status=422).text


def test_a_mapping_is_not_approved_without_a_reason(mapping, sign_in):
    client, url = sign_in("educator"), f"/framework-mappings/{mapping}"
    assert "Say why you do not approve" in client.post(url, {"approved": "no"}, status=422).text
    assert "Select yes or no" in client.post(url, {}, status=422).text


def test_who_proposed_cannot_approve_even_by_hand(mapping, sign_in):
    page = sign_in("consultant_nurse").post(f"/framework-mappings/{mapping}", {"approved": "yes"}, status=422).text
    assert "A second person reviews a mapping" in page


def test_only_reviewers_open_a_mapping(mapping, sign_in):
    for role in ("trainee", "assessor", "administrator"):
        sign_in(role).get(f"/framework-mappings/{mapping}", 403)


def test_an_assessment_shows_the_words_it_was_made_with(app, cast, versions, sign_in):
    with app.app_context():
        viewer = viewer_for(cast.consultant_nurse, Permission.CAPABILITY_READ)
        aside = queries.get_capability_page(viewer, cast.trainee, "D3.1").set_aside
    record = next(each.record_id for each in aside if each.kind == "assessment")
    client = sign_in("trainee")
    page = client.get(f"/assessments/{record}").text
    assert "Suicide enquiry" in page
    assert "Asks directly; explores intent, means, supports" in page
    page = client.get(PAGE.format(cast.trainee)).text
    assert "Assessed under an earlier wording" in page
    assert (
        "4 records made under an earlier wording count for nothing"
        in client.get(f"/trainees/{cast.trainee}/capabilities").text
    )
