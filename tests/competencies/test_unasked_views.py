"""What assessors and trainees read of requests and of what was begun unasked."""

import re
from datetime import timedelta

import pytest

from lms.competencies import services
from lms.competencies.rules import FormKind, Way
from lms.core.clock import today
from lms.identity.services import viewer_for
from lms.policy import Permission
from tests.factories import competencies as make
from tests.factories.feedback import let_supervise

BEGINS = {"supervisor": FormKind.DIRECT_OBSERVATION, "educator": FormKind.CASE_BASED_DISCUSSION}


@pytest.fixture
def content(app, cast):
    with app.app_context():
        make.load_framework()
        let_supervise(cast.supervisor, cast.trainee)


def begin(app, cast, name="supervisor"):
    with app.app_context():
        return services.start_assessment(
            viewer_for(getattr(cast, name), Permission.ASSESSMENT_COMPLETE),
            cast.trainee,
            codes=["D4.1"],
            setting="joint-response-car",
            seen_on=today(),
            form_kind=BEGINS.get(name, FormKind.MINI_CEX),
        ).id


def ask(app, cast, assessor_id, **changes):
    with app.app_context():
        return make.ask(cast.trainee, assessor_id, **changes).id


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_the_trainee_finds_nothing_of_it_before_it_is_signed(app, cast, content, sign_in):
    begun = begin(app, cast)
    client = sign_in("trainee")
    for url in ("/", "/assessments/mine", f"/trainees/{cast.trainee}/capabilities/D4.1"):
        page = words(client.get(url))
        assert "Waiting for the assessor" not in page
        assert "Sam Okoro" not in page
    for url in ("mine", "hand-over"):
        client.get(f"/assessments/requests/{begun}/{url}", status=404)
    client.get(f"/assessments/ask?again={begun}", status=404)


def test_once_signed_the_trainee_reads_that_it_was_not_asked_for(app, cast, content, sign_in):
    begun = begin(app, cast, "consultant_nurse")
    sent = {
        "version": 0,
        "setting": "joint-response-car",
        "is_simulated": "no",
        "seen_as": "live",
        "level_D4_1": "3",
        "complexity": "average",
        "went_well": "Asked directly.",
        "next_time": "Say the plan back.",
        **{f"observed_on-{part}": getattr(today(), part) for part in ("day", "month", "year")},
    }
    sign_in("consultant_nurse").post(f"/assessments/requests/{begun}", sent)
    client = sign_in("trainee")
    assert "saw your work and wrote this. Completed" in words(client.get("/assessments/mine"))
    page = words(client.get(f"/assessments/requests/{begun}/mine"))
    assert "saw your work and wrote this. You did not ask for it." in page
    assert "Your request of" not in page


def test_the_form_says_what_is_true_of_what_nobody_asked_for(app, cast, content, sign_in):
    client, begun = sign_in("supervisor"), begin(app, cast)
    page = words(client.get(f"/assessments/requests/{begun}"))
    assert "You began this on 18 November 2026" in page
    assert "It ends by itself after 2 December 2026" in page
    assert "sees nothing of it until you have signed" in page
    assert "You gave these details when you began." in page
    for untrue in ("Asked on", "Feedback asked for", "The trainee gave", "the trainee did not propose", "Decline"):
        assert untrue not in page
    waiting = words(client.get("/assessments/waiting"))
    assert "You began this on 18 November 2026. It ends by itself after 2 December 2026." in waiting
    assert "Please answer by" not in waiting
    assert "Pass on" not in waiting


def test_the_form_of_a_request_still_says_who_asked(app, cast, content, sign_in):
    asked = ask(app, cast, cast.assessor)
    client = sign_in("assessor")
    page = words(client.get(f"/assessments/requests/{asked}"))
    assert "Asked on 18 November 2026" in page
    assert "The trainee gave these details." in page
    assert "Throw this away" not in page
    assert "Please answer by 2 December 2026" in words(client.get("/assessments/waiting"))


def test_it_is_thrown_away_with_one_button(app, cast, content, sign_in):
    client, begun = sign_in("supervisor"), begin(app, cast)
    url = f"/assessments/requests/{begun}/throw-away"
    for place in (f"/assessments/requests/{begun}", "/assessments/waiting"):
        assert f'action="{url}"' in client.get(place).text
    page = words(client.follow(client.post(url)))
    assert "The assessment is thrown away. Nobody else knew of it." in page
    assert "Nobody waits for you" in page
    ended = client.get(f"/assessments/requests/{begun}")
    assert "You threw this away. It can no longer be sent." in words(ended)
    assert f'action="{url}"' not in ended.text
    assert "no longer waits" in words(client.follow(client.post(url)))


def test_it_ends_by_itself(app, cast, content, sign_in, clock):
    begun = begin(app, cast)
    clock.set(clock() + timedelta(days=15))
    page = words(sign_in("supervisor").get(f"/assessments/requests/{begun}"))
    assert "This ended by itself after 2 December 2026." in page


@pytest.mark.parametrize("name", ["supervisor", "educator", "consultant_nurse"])
def test_the_home_of_whoever_began_it_leads_to_the_form(app, cast, content, sign_in, name):
    client = sign_in(name)
    assert "Assessments that wait for you" not in words(client.get("/"))
    begun = begin(app, cast, name)
    page = client.get("/").text
    line = "Finish the assessment of Amina Yusuf, begun on 18 November 2026"
    assert f'href="/assessments/requests/{begun}">{line}</a>' in page


def test_the_trainee_is_addressed_as_you(app, cast, content, sign_in):
    asked = ask(app, cast, None, way=Way.HERE)
    client = sign_in("trainee")
    for url in ("/", "/assessments/mine", f"/assessments/requests/{asked}/mine"):
        page = words(client.get(url))
        assert "Whoever signs on your phone" in page
        assert "the trainee's phone" not in page
    page = words(client.get("/assessments/ask"))
    assert "with the trainee" not in page
    assert "Colleague who worked with you" in page


def test_a_next_step_says_whose_it_is(app, cast, content, sign_in):
    own, nurse = sign_in("trainee"), sign_in("consultant_nurse")
    for url in (f"/trainees/{cast.trainee}/capabilities", f"/trainees/{cast.trainee}/capabilities/D3.1"):
        assert "Ask for a mini-CEX." in words(own.get(url))
        page = words(nurse.get(url))
        assert "The trainee asks for a mini-CEX." in page
        assert "Ask for" not in page
    with app.app_context():
        make.meet_enquiry(cast.trainee, cast.assessor, make.another_assessor(cast.trust))
    for url in (f"/trainees/{cast.trainee}/capabilities", f"/trainees/{cast.trainee}/capabilities/D3.1"):
        assert "Ask an assessor to sign this off at level 4." in words(own.get(url))
        page = words(nurse.get(url))
        assert "An assessor signs this off at level 4." in page
        assert "Ask an assessor" not in page


def test_the_assessor_is_reminded_only_from_the_day_on_which_it_works(app, cast, content, sign_in, clock):
    asked = ask(app, cast, cast.assessor)
    url = f"/assessments/requests/{asked}/mine"
    page = words(sign_in("trainee").get(url))
    assert "You can remind the assessor from 20 November 2026" in page
    assert "Remind the assessor" not in page
    for _ in range(3):
        clock.set(clock() + timedelta(days=2))
        client = sign_in("trainee")
        page = words(client.get(url))
        assert "Remind the assessor" in page
        assert "You can remind" not in page
        assert "has been reminded" in words(client.follow(client.post(url.replace("mine", "remind"))))
    page = words(client.get(url))
    assert "You have reminded the assessor as often as you can" in page
    assert "Remind the assessor" not in page


def test_a_request_says_until_when_only_while_it_waits(app, cast, content, sign_in):
    asked = ask(app, cast, cast.assessor)
    client = sign_in("trainee")
    url = f"/assessments/requests/{asked}/mine"
    assert "Can be answered until 2 December 2026" in words(client.get(url))
    page = words(client.follow(client.post(url.replace("mine", "cancel"))))
    assert "The request is cancelled" in page
    assert "Can be answered until" not in page
