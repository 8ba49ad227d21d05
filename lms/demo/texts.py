"""What people write in the example service: short, about the work, and nobody can be identified from it."""

# Domain of the first capability rated -> what was seen, what went well, one action for next time.
COMMENTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "D1": (
        (
            "A man in his thirties who had been shouting in the street and was frightened of being restrained.",
            "Sat down on the kerb beside him, gave a reason before every step and let him choose where to talk.",
            "Say your name and role before the first question; it came after the second.",
        ),
        (
            "A young woman who had not slept for days and did not want to be touched.",
            "Offered choices throughout and asked before each observation. The room became quieter within minutes.",
            "Tell the crew what you are doing, so that nobody talks over you.",
        ),
        (
            "An older man, angry at having been sent for, whose daughter stood in the doorway.",
            "Kept the voice low, moved the bright light away and asked what would make the next ten minutes easier.",
            "Explain sooner why the door stays open.",
        ),
    ),
    "D2": (
        (
            "New confusion in a person known to live with schizophrenia; the call said relapse.",
            "Did not settle for the label: full observations, glucose, medicines and two physical causes named aloud.",
            "Write the second set of observations down before you telephone.",
        ),
        (
            "Assessment of somebody who felt watched and could not say since when.",
            "The mental state was described in the person's words, heading by heading, without a diagnosis.",
            "Ask about sleep and appetite earlier; they changed the picture at the end.",
        ),
        (
            "A person on several medicines, sweating and stiff.",
            "Asked what was taken, how much and since when, and looked up what did not fit.",
            "Check the doses against the box, not only against the summary.",
        ),
    ),
    "D3": (
        (
            "A woman in her forties who had written letters and told nobody.",
            "Asked about suicide plainly and without hurry, then about means, plans and who she would ring.",
            "Leave a longer silence after the question. She was about to say more.",
        ),
        (
            "A student who had harmed himself and was sure he should not be taking up a bed.",
            "The plan was written in his own words, with two people he chose and the tablets handed over.",
            "Read the plan back aloud before you leave; one step was missing a name.",
        ),
        (
            "A conversation at home after an overdose some hours before.",
            "Timed the intake carefully, took toxicology advice and explained why hospital mattered today.",
            "Put the reason for conveying in the first line of the handover.",
        ),
    ),
    "D4": (
        (
            "A person who wanted to stay at home after a head injury and two glasses of wine.",
            "Tested understanding, retention and weighing with plain questions, and asked again ten minutes later.",
            "Record which part of the test failed and the link to the cause, in that order.",
        ),
        (
            "Police wanted to leave; the person could not be left alone.",
            "Said clearly what section 136 allows and what it does not, and rang the approved mental health "
            "professional before anybody moved.",
            "Agree the next call before the officers drive off.",
        ),
        (
            "A parent, two children asleep upstairs and a partner who answered every question.",
            "Found a way to talk alone, asked directly and made the referral the same evening.",
            "Say what you will share and with whom before you share it.",
        ),
    ),
    "D5": (
        (
            "A telephone assessment of somebody sitting on a bench by the river.",
            "Place first, then danger, then the person. Agreed a call-back time and kept to it.",
            "Write the worsening advice down word for word in the record.",
        ),
        (
            "Handover of a person after a long evening at home.",
            "Clear order, the mental health layer included, and the person's own wishes in one sentence.",
            "Name the open questions at the end instead of the beginning.",
        ),
    ),
    "D6": (
        (
            "Breathing support for somebody found drowsy beside an empty blister pack.",
            "Ventilated first and gave naloxone to breathing, not to consciousness.",
            "Count the respiratory rate for a full minute the second time as well.",
        ),
    ),
}
DISCUSSED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "D2": (
        (
            "Medicines and a fever in a person with long-term mental illness, from the records.",
            "Explained which combinations are worrying and what to look for next.",
            "Bring one guideline next time and say where your practice differs from it.",
        ),
        (
            "Two differential diagnoses for new agitation, and how each would show itself.",
            "The physical cause stood first in the reasoning. Uncertainty was named and not hidden.",
            "Say which single finding would have changed the decision.",
        ),
    ),
    "D3": (
        (
            "A formulation written after a night shift.",
            "Specific to this person: why now, what holds and what would change it. No category anywhere.",
            "Add the early signs the person would notice first.",
        ),
    ),
    "D4": (
        (
            "A refusal of treatment, talked through from the records.",
            "Kept a capacitous decision apart from an unwise one, and could say which words showed weighing.",
            "Think about who else should have been asked, and why they were not.",
        ),
        (
            "Sharing information with a family who feared for somebody.",
            "Used the principles in order, and recorded the decision with its reason.",
            "Ask first what the person would be content for you to say.",
        ),
    ),
    "D1": (
        (
            "A partner's account that did not agree with the person's own.",
            "Heard both without taking sides and recorded whose view was whose.",
            "Offer the carer's leaflet and say what it is for.",
        ),
    ),
    "D5": (
        (
            "A referral that came back, and what was done then.",
            "Found the criteria, rang, and left the person with a date and a name of a service.",
            "Keep a list of what each team needs in the first sentence.",
        ),
    ),
}
SKILLS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "D4": (
        (
            "Holding somebody's arm for a safe walk to the vehicle, from asking to letting go.",
            "The least that worked, with one person talking. Airway and breathing watched all the way.",
            "Record the start and the end time yourself.",
        ),
    ),
    "D5": (
        (
            "Handover at the emergency department, from the door to the signature.",
            "Structured, two minutes, questions invited. The person heard it and agreed.",
            "Face the nurse, not the screen.",
        ),
        (
            "Handover by telephone to the crisis team.",
            "Led with what was needed and by when, then the story.",
            "Ask for it to be read back.",
        ),
    ),
}
REFLECTED = (
    (
        "How it feels when a person does not want you there.",
        "Noticed the wish to hurry, and what hurrying did to the person's voice.",
        "Pause before the door and agree with the crew who speaks.",
    ),
    (
        "A scene that stayed in mind for some days.",
        "Used supervision early, and could say what was grief and what was doubt about the decision.",
        "Book the next supervision before the shifts are over.",
    ),
)
ASKING = (
    "Did I leave enough time for the person to answer?",
    "How clear was my explanation of what would happen next?",
    "I was unsure when to bring the family in.",
    "",
    "Please look at the order of my questions.",
)
LOW_RATING = (
    "A person who spoke about not wanting to wake up.",
    "Warm and unhurried. The person stayed in the conversation to the end.",
    "Ask about suicide in plain words. It was approached twice and left both times; we role-played it afterwards.",
)
DECLINED = "I left before the second half of the visit, so I did not see enough. Please ask the nurse who stayed."
DRAFT = {"what_seen": "A young man at a bus station at night.", "went_well": "Calm opening, asked about danger first."}

SHIFT_NOTES = (
    "Two long calls; talked them through on the way back.",
    "Shadowed the nurse in the morning, led under supervision in the afternoon.",
    "Quiet night. Practised writing formulations from the day before.",
    "Joint visit with the crisis team.",
)
SHIFT_QUERY = "The rota says we finished an hour earlier. Please check the end and send it again if it needs changing."

CONCERN_LOW = (
    "In one visit the question about suicide was not asked in plain words although the person came close to it twice."
)
CONCERN_PLAN = (
    "Two handovers this month left out the safety plan. Nobody came to harm; we have agreed to look at it together."
)
CONCERN_MOVED = (
    "Agreed with the trainee: four observed handovers with feedback on the day, weekly supervision, and a review of "
    "the records in six weeks."
)
REASONS = {
    "control-room": (
        "All requirements met on the day. Calls listened to with the assessor, call-backs kept, escalation sound. "
        "Advice line agreed for nights."
    ),
    "car": "All requirements met. Accompanied by an authorised colleague on every shift; review after the first ten.",
    "deferred": (
        "Good progress. Law and safeguarding have not yet been seen in a second setting, and hours on the car are "
        "short. We look again together on the review date."
    ),
}

# Points wanted of each criterion, from the best level downwards, and what the marker says.
FEEDBACK = (
    (
        (0, 1, 1, 2, 1, 1),
        "A formulation a colleague could use tonight. The anniversary and the prepared means shape the plan, as "
        "they should. Next time say how quickly you expect things to change.",
    ),
    (
        (0, 2, 2, 2, 3, 1),
        "Clear about why now and careful with his words. The plan is right, but two of its steps have no name and "
        "no time: who rings, and when?",
    ),
    (
        (1, 3, 2, 3, 2, 2),
        "You know this man and the reader meets him. Connect sleep, alcohol and the missing medicine: they stand "
        "side by side and belong together.",
    ),
)
CRITERION_COMMENT = "Well chosen words of his own; they carry the paragraph."
DRAFT_FEEDBACK = "Strong beginning. Still to look at: what is said about the days ahead."
RATIFIED = "The board confirmed the outcome."

# What assessors write about calibration vignettes, and second persons about samples.
CALIBRATED = (
    "There was one moment at which I would have wanted to be near.",
    "Most of it came without a prompt, and the rest was taken up at once.",
    "I read for what was done alone, and for who had to step in.",
)
SAMPLING_REASON = (
    "A small service: half of the assessors and trainees each quarter keeps the work within an hour a week."
)
SAMPLED_NOTES = (
    "The levels fit what is described. The action is hard to see on a shift: shall we word it together?",
    "Five capabilities from one short job: I would like to hear how you saw the last two.",
    "A clear account. Level 3 and what you write read like level 4 to me: let us talk about where we differ.",
)
# What is said to the questions of one kind of form alone.
MORE: dict[str, dict[str, str | bool]] = {
    "mini-cex": {"trainee_said": "It felt slow from the inside. I would do the same again."},
    "cbd": {
        "alternatives": "Two others were named, with the reason why each was put aside.",
        "equality": "We talked about what an interpreter would have changed.",
    },
    "do": {"stopped": False},
    "reflective-account": {"feelings": True, "nobody_named": True},
}
