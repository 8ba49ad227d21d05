"""Who and what there is in the example service: everybody and every place is fictional."""

from dataclasses import dataclass

from lms.policy import Role

PASSWORD = "calm-road-ahead"
PIN, SIGNERS = "804613", ("patel", "okonkwo", "okoro")

TRUST, NORTHMERE, WEXCOMBE = "thameside", "northmere", "wexcombe"
ORGANISATIONS = {
    TRUST: "Thameside Ambulance Service",
    NORTHMERE: "University of Northmere",
    WEXCOMBE: "Wexcombe University",
}

CAR, CONTROL_ROOM, CRISIS, LIAISON = "joint-response-car", "control-room", "crisis-team", "liaison-psychiatry"
DRUGS, SAFETY, PERINATAL, OLDER = "drug-and-alcohol", "place-of-safety", "perinatal", "older-people"
YOUNG, LEARNING = "child-and-adolescent", "learning-disability"
ABUSE, LIVED, TEACHING = "sexual-assault-and-domestic-abuse", "lived-experience-partner", "teaching-and-leadership"
LONG_SHIFTS = frozenset({CAR, CONTROL_ROOM})


@dataclass(frozen=True, slots=True)
class Place:
    """A site, the setting it belongs to and the key of the person who supervises there."""

    name: str
    setting: str
    supervisor: str


PLACES = (
    Place("Thameside joint response car, Eastgate station", CAR, "okoro"),
    Place("Thameside joint response car, Millbrook station", CAR, "varga"),
    Place("Thameside 999 control room", CONTROL_ROOM, "whitcombe"),
    Place("Eastgate crisis resolution and home treatment team", CRISIS, "duarte"),
    Place("Northmere General, liaison psychiatry", LIAISON, "tanner"),
    Place("Riverside drug and alcohol service", DRUGS, "asante"),
    Place("The Willows, health-based place of safety", SAFETY, "brandt"),
    Place("Wexcombe perinatal mental health service", PERINATAL, "berg"),
    Place("Harbour older people's mental health team", OLDER, "finlay"),
    Place("Lanternfield child and adolescent mental health service", YOUNG, "berg"),
    Place("Oakbridge learning disability team", LEARNING, "finlay"),
    Place("The Bridge, domestic abuse service", ABUSE, "quill"),
    Place("Thameside Voices, lived-experience partner", LIVED, "quill"),
    Place("Thameside training centre", TEACHING, "okoro"),
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who is not a trainee. A role is held over the trust or a university; supervisors hold it at sites."""

    key: str
    name: str
    profession: str
    organisation: str
    roles: tuple[tuple[Role, str], ...] = ()


STAFF = (
    Staff("reed", "Adam Reed", "Workforce administrator", TRUST, ((Role.ADMINISTRATOR, TRUST),)),
    Staff("akhtar", "Yasmin Akhtar", "Education administrator", TRUST, ((Role.ADMINISTRATOR, TRUST),)),
    Staff("njoroge", "Connie Njoroge", "Consultant nurse", TRUST, ((Role.CONSULTANT_NURSE, TRUST),)),
    Staff("doyle", "Patrick Doyle", "Advanced nurse practitioner", TRUST),
    Staff("lowe", "Edith Lowe", "Senior lecturer, mental health", NORTHMERE, ((Role.EDUCATOR, NORTHMERE),)),
    Staff(
        "penrose",
        "Gareth Penrose",
        "Lecturer and specialist paramedic",
        NORTHMERE,
        ((Role.EDUCATOR, NORTHMERE), (Role.ASSESSOR, TRUST)),
    ),
    Staff("bevan", "Elin Bevan", "Principal lecturer, paramedic science", WEXCOMBE, ((Role.EDUCATOR, WEXCOMBE),)),
    Staff("achebe", "Thomas Achebe", "Lecturer, mental health nursing", WEXCOMBE, ((Role.EDUCATOR, WEXCOMBE),)),
    Staff("holt", "Xavier Holt", "Professor of crisis care", NORTHMERE, ((Role.EXTERNAL_EXAMINER, NORTHMERE),)),
    Staff("patel", "Asha Patel", "Specialist paramedic", TRUST, ((Role.ASSESSOR, TRUST),)),
    Staff("okonkwo", "Ben Okonkwo", "Mental health nurse", TRUST, ((Role.ASSESSOR, TRUST),)),
    Staff("jensen", "Clara Jensen", "Consultant psychiatrist", TRUST, ((Role.ASSESSOR, TRUST),)),
    Staff(
        "mbeki",
        "David Mbeki",
        "Social worker, approved mental health professional",
        TRUST,
        ((Role.ASSESSOR, TRUST),),
    ),
    Staff("rowska", "Ewa Lewandowska", "Advanced paramedic", TRUST, ((Role.ASSESSOR, TRUST),)),
    Staff("rahimi", "Farid Rahimi", "Mental health nurse, control room", TRUST, ((Role.ASSESSOR, TRUST),)),
    Staff("okoro", "Sam Okoro", "Specialist paramedic", TRUST),
    Staff("varga", "Petra Varga", "Mental health nurse", TRUST),
    Staff("whitcombe", "Hal Whitcombe", "Senior mental health clinician", TRUST),
    Staff("duarte", "Ines Duarte", "Mental health nurse", TRUST),
    Staff("tanner", "Jo Tanner", "Liaison nurse", TRUST),
    Staff("asante", "Kofi Asante", "Recovery lead", TRUST),
    Staff("brandt", "Lucy Brandt", "Nurse in charge", TRUST),
    Staff("finlay", "Moira Finlay", "Occupational therapist", TRUST),
    Staff("berg", "Nils Berg", "Psychologist", TRUST),
    Staff("quill", "Oona Quill", "Service lead", TRUST),
)

DEPUTY = "doyle"


@dataclass(frozen=True, slots=True)
class Group:
    """A cohort: where it studies and how many days ago it began."""

    key: str
    university: str
    began_days_ago: int


GROUPS = (Group("first", NORTHMERE, 335), Group("second", WEXCOMBE, 212), Group("third", NORTHMERE, 61))

# One account of each role for the terminal, and the person with two roles.
SHOWN = (
    ("yusuf", "Trainee"),
    ("okoro", "Supervisor"),
    ("patel", "Assessor"),
    ("lowe", "Educator"),
    ("penrose", "Educator and assessor"),
    ("holt", "External examiner"),
    ("njoroge", "Consultant nurse"),
    ("reed", "Administrator"),
)


def email_of(name: str, organisation: str) -> str:
    """The address somebody has in the example service."""
    return f"{name.lower().replace(' ', '.').replace(chr(39), '')}@{organisation}.example"
