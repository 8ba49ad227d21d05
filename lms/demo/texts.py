"""What people write in the example service: short, about the work, and nobody can be identified from it."""

# Domain of the first capability rated -> what was seen, what went well, one action for next time.
COMMENTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "D1": (
        (
            "A man in his thirties who had been shouting in the street and was frightened of being restrained.",
            "Sat down on the kerb beside him, gave her reasons before every step and let him choose where to talk.",
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
            "Tested understanding, retention and weighing with plain questions, and came back to them ten minutes later.",
            "Record which part of the test failed and the link to the cause, in that order.",
        ),
        (
            "Police wanted to leave; the person could not be left alone.",
            "Said clearly what section 136 allows and what it does not, and asked for the approved mental health "
            "professional by name of role.",
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
            "Explained which combinations would worry her and what she would look for next.",
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

CONCERN_LOW = "In one visit the question about suicide was not asked in plain words although the person came close to it twice."
CONCERN_PLAN = "Two handovers this month left out the safety plan. Nobody came to harm; we have agreed to look at it together."
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

FORMULATIONS = (
    """He says he wanted "to sleep for good" and that he is sorry to be a nuisance. Both are true tonight. Since the small
hours of yesterday he has taken paracetamol in several goes, the last around noon, and he has told me that he has prepared
another means at home. He has not changed his mind so much as grown tired.

Why now: he lost his work of twenty-two years a fortnight ago, his sertraline ran out last week, and tomorrow is the day his
brother died by suicide. He has slept about three hours a night for weeks and drinks alone every evening, each making the
other worse. Losing his marriage this year took away the person who used to notice.

What holds: one relative, whom he loves and does not want to find him. It is strong while she is in the room and thin at
three in the morning. He gave his tools away a week ago, which I read as a goodbye. What would make things worse quickly is
being sent home tonight, more alcohol, or tomorrow spent alone.

We agreed: blood tests and treatment at hospital now, because the tablets were staggered; the liaison team sees him before
any decision about home; she clears the house of what he prepared, with his leave; he is not alone on the anniversary. He
has read this and asked me to add that he is embarrassed and would like help with sleep. I do not know what he has not yet
told me about the weeks before the job ended.""",
    """This man is calm and courteous, and he has taken an overdose of paracetamol spread over the night and morning. He puts
it simply: he wanted not to wake up, and part of him still does. He apologises whenever anyone is kind.

Several losses have come together. Redundancy two weeks ago took routine, colleagues and the feeling of being useful. The
separation earlier in the year had already emptied the house. His medicine ran out last week and the alcohol that replaced it
has cut his sleep to a few hours. Tomorrow is the anniversary of his brother's death by suicide, and he has been thinking
about what his brother did.

He talks to one relative only. Her visit is the reason he is talking to us, so it counts for a great deal, but it rests on one
person who is frightened and tired. He has something prepared at home and told us when we asked directly. I would expect a
sudden change if she leaves, if he drinks, or during tomorrow evening. The early sign would be that he becomes quieter and
more grateful.

Agreed with him: to hospital for levels and treatment; mental health assessment once he is medically safe; she may know about
the tablets and about what is at home, not about the marriage. He keeps a copy of the plan. I have not been able to check
how much he drank today.""",
    """What is happening: a staggered overdose of paracetamol since last night, with thoughts of suicide that have not gone.
In his words: "I thought it would be tidier." He is polite, slow to answer, and looks at the floor when the family comes up.

How it came about: work ended after twenty-two years, the antidepressant stopped without anybody deciding so, nights are short
and evenings are spent drinking alone. His brother died by suicide; the date is tomorrow. He separated this year. Each of these
he mentions as if it were about somebody else.

What keeps it going is being alone with it. What helps is one relative who comes with shopping and who does not let herself be
sent away. He has prepared another means and has given his tools away, so I take what he says about tonight seriously.

What lies ahead: the anniversary, the results of the blood tests and going back to an empty house. Being moved on without a
plan would be the worst of these.

Plan: hospital now; the crisis team rings at a time he chose; his relative makes the house safer today with his consent; his
surgery is asked about the prescription in the morning. He has seen this text.""",
    """He told us he had taken tablets and in the same breath that there were people who needed us more. The tablets were
paracetamol, taken in portions since last night until about noon. He wanted to die when he took them, and he says the wish
comes and goes.

He has lost his job after more than two decades, is recently separated and has hardly slept for weeks. He ran out of sertraline
last week. Drinking in the evening gets him to sleep and wakes him again. Tomorrow it is the anniversary of the death of his
brother, who died by suicide, and he had planned to spend it alone.

He sees one relative. She matters to him and he would not want to hurt her; I would not rely on that through a whole night. He
has means prepared in the house and agreed that they should go. Things would become more dangerous if he went home before
the tests, or if tomorrow came without company.

We decided together that he comes to hospital, that she locks away or takes with her what he prepared, that the liaison nurse
hears about the anniversary first, and that somebody is with him tomorrow until the evening. I do not know whether he has
done this before; he did not want to say.""",
    """A quiet man who keeps saying he is wasting our time. He took paracetamol over many hours because he wanted to stop, and
he has thought about a second way if this one failed. He can say so when asked plainly and looks relieved afterwards.

The last fortnight explains why it is now: the end of a long job, no medicine for a week, little sleep, more alcohol, and the
anniversary of his brother's suicide tomorrow. The months before explain why it reaches so deep: a separation, and a house in
which nobody waits.

He is held by one relative and by his wish not to be found by her. He has already given away what he cared for. I think the
hours after midnight and the whole of tomorrow are the hardest, and the first sign would be that he stops answering her
messages.

What was agreed: treatment in hospital tonight, a conversation with the mental health team before he leaves, a safer house by
the time he returns, company tomorrow, and a telephone call on the day after at ten. He chose who may know and kept a copy. I
do not yet know what his surgery has been told.""",
)

# Points wanted of each criterion, from the best level downwards, and what the marker says.
FEEDBACK = (
    (
        (0, 1, 1, 2, 1, 1),
        "A formulation a colleague could use tonight. The anniversary and the prepared means shape the plan, which is what "
        "they should do. Next time say how quickly you expect things to change.",
    ),
    (
        (0, 2, 2, 2, 3, 1),
        "Clear about why now and careful with his words. The plan is right, but two of its steps have no name and no time: "
        "who rings, and when?",
    ),
    (
        (1, 3, 2, 3, 2, 2),
        "You know this man and the reader meets him. Connect sleep, alcohol and the missing medicine: they stand side by "
        "side and belong together.",
    ),
)
CRITERION_COMMENT = "Well chosen words of his own; they carry the paragraph."
DRAFT_FEEDBACK = "Strong beginning. Still to look at: what is said about the days ahead."
EXTRA_REASON = "The board confirmed the outcome."
