"""Sign-offs after they are made: taken back by two, claimed from before, renewed the short way. On a small phone."""

import re
from collections.abc import Callable
from datetime import timedelta

from lms.core.clock import today
from lms.web.jinja import day
from tests.factories.pdfs import pdf
from tests.journeys.counting import Thumb

NEXT_TIME = "One action for next time"
PDF = pdf("A certificate")


def test_a_sign_off_is_withdrawn_by_two_people(phone: Callable[..., Thumb]) -> None:
    assessor, nurse, amina = phone("Asha Patel"), phone("Connie Njoroge"), phone("Amina Yusuf")

    def propose() -> None:
        assessor.follow("Amina Yusuf")
        assessor.follow(re.compile(r"^D3\.1 "))
        assessor.follow(re.compile("^Propose to withdraw this sign-off"))
        assessor.write("Why should this sign-off be withdrawn?", "Two of the pieces were about the same visit.")
        assessor.press("Propose the withdrawal")

    assert assessor.counted(propose) <= 6
    assessor.sees("Your proposal waits for a second person. The sign-off stands until then.")
    assessor.follow(re.compile("^Confirm or decline the withdrawal"))
    assessor.sees("You proposed this. A second person confirms or declines it.")

    amina.page.goto("/")
    amina.sees("It stands until a second person decides.")
    amina.go_to("Capabilities")
    amina.follow(re.compile(r"^D3\.1 "))
    amina.sees("somebody proposed to withdraw the sign-off of")
    amina.sees("It stands until a second person confirms.")

    def confirm() -> None:
        nurse.go_to("Sign-offs")
        nurse.follow(re.compile(r"^Amina Yusuf: D3\.1"))
        nurse.sees("Two of the pieces were about the same visit.")
        nurse.choose("What do you decide?", "Confirm: the sign-off is withdrawn")
        nurse.write("Why do you decide so?", "I compared both records, and so it is.")
        nurse.press("Record your decision")

    assert nurse.counted(confirm) <= 7
    nurse.sees("The sign-off of D3.1 Suicide enquiry is withdrawn")

    amina.page.reload()
    amina.sees("I compared both records, and so it is.")
    amina.sees(f"Withdrawn on {day(today())} by Connie Njoroge")


def test_prior_learning_is_claimed_decided_and_counted(phone: Callable[..., Thumb]) -> None:
    amina = phone("Amina Yusuf")

    def claim() -> None:
        amina.go_to("Capabilities")
        amina.follow(re.compile(r"^D7\.4 "))
        amina.follow("Claim prior learning")
        amina.choose("At which level?", "3 Supervisor near")
        amina.write("What have you done, and how can it be checked?", "A master's module on appraisal, marked in May.")
        amina.attach("certificate.pdf", PDF)
        amina.select("Who should decide?", "Asha Patel")
        amina.press("Send the claim")

    assert amina.counted(claim) <= 10
    amina.sees("The claim waits for Asha Patel")

    assessor = phone("Asha Patel")

    def decide() -> None:
        assessor.go_to("Sign-offs")
        assessor.follow(re.compile(r"^Amina Yusuf: D7\.4"))
        with assessor.page.expect_download() as download:
            assessor.page.get_by_role("link", name="Download the certificate or report").click()
        assert download.value.suggested_filename == f"prior-learning-{today()}.pdf"
        assessor.choose("What do you decide?", "Accept: it counts as a sign-off, marked “by prior learning”")
        assessor.write_date("Until when does it count?", today() + timedelta(days=400))
        assessor.write("Why do you decide so?", "The university confirms the mark.")
        assessor.press("Record your decision")

    assert assessor.counted(decide) <= 9
    assessor.sees("Accepted at level 3")

    amina.go_to("Capabilities")
    row = amina.page.get_by_role("row").filter(has_text=re.compile(r"D7\.4 "))
    assert "by prior learning" in row.inner_text()
    amina.follow(re.compile(r"^D7\.4 "))
    amina.sees(f"Signed off by prior learning, until {day(today() + timedelta(days=400))}.")
    amina.sees("Read the claim")


def test_a_capability_near_its_end_is_renewed_by_a_refresher(phone: Callable[..., Thumb]) -> None:
    amina = phone("Amina Yusuf")
    amina.go_to("Capabilities")
    amina.follow(re.compile(r"^D6\.1 "))
    amina.sees("This was signed off before, so this is enough to renew: At least 1 direct observation (seen live)")
    amina.sees("Missing: 1 more of")

    def ask() -> None:
        amina.follow("Ask an assessor")
        amina.choose("Who saw you work?", "Somebody who assesses in this service")
        amina.select("Which assessor?", "Asha Patel")
        amina.choose("Which form?", "Direct observation of a procedural skill")
        amina.select("Where was it?", re.compile("Joint response car"))
        amina.choose("Was it a simulation?", "No")
        amina.press("Continue")
        amina.rate("D6.1", "4")
        amina.press("Ask")

    assert amina.counted(ask) <= 9
    amina.sees("The assessor has been asked")

    assessor = phone("Asha Patel")

    def rate() -> None:
        row = assessor.page.locator("main li").filter(has_text="Amina Yusuf: D6.1").first
        assessor.open(row.get_by_role("button", name=re.compile("^Start")))
        assessor.choose_radio(assessor.page.locator('input[name="level_D6_1"][value="4"]'))
        assessor.write("Which skill did you see, and which steps?", "Ventilation, then naloxone, on the practice day.")
        assessor.choose("Did you stop the trainee at a safety-critical step?", "No")
        assessor.write("What went well?", "Airway and ventilation first, then the antidote.")
        assessor.write(NEXT_TIME, "Say aloud what you expect in the next ten minutes.")
        assessor.press("Send to the trainee")

    assert assessor.counted(rate) <= 12
    assessor.sees("The assessment is recorded")

    def sign() -> None:
        assessor.follow(re.compile(r"^D6\.1"))
        assessor.sees("It is there.")
        assessor.follow("Sign off")
        assessor.press("Sign off")

    assert assessor.counted(sign) <= 4
    assessor.sees("D6.1 Overdose and withdrawal emergencies is signed off at level 4")

    amina.page.goto("/")
    amina.go_to("Capabilities")
    amina.follow(re.compile(r"^D6\.1 "))
    amina.sees("Signed off")
    assert "fewer than" not in amina.page.locator("main").inner_text()
