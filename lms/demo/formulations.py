"""Formulations trainees wrote in the example service, about the fictional patient of the case."""

FORMULATIONS = (
    """He says he wanted "to sleep for good" and that he is sorry to be a nuisance. Both are true tonight. Since the
small hours of yesterday he has taken paracetamol in several goes, the last around noon, and he has told me that he
has prepared another means at home. He has not changed his mind so much as grown tired.

Why now: he lost his work of twenty-two years a fortnight ago, his sertraline ran out last week, and tomorrow is the
day his brother died by suicide. He has slept about three hours a night for weeks and drinks alone every evening,
each making the other worse. Losing his marriage this year took away the person who used to notice.

What holds: one relative, whom he loves and does not want to find him. It is strong while she is in the room and
thin at three in the morning. He gave his tools away a week ago, which I read as a goodbye. What would make things
worse quickly is being sent home tonight, more alcohol, or tomorrow spent alone.

We agreed: blood tests and treatment at hospital now, because the tablets were staggered; the liaison team sees him
before any decision about home; she clears the house of what he prepared, with his leave; he is not alone on the
anniversary. He has read this and asked me to add that he is embarrassed and would like help with sleep. I do not
know what he has not yet told me about the weeks before the job ended.""",
    """This man is calm and courteous, and he has taken an overdose of paracetamol spread over the night and
morning. He puts it simply: he wanted not to wake up, and part of him still does. He apologises whenever anyone is
kind.

Several losses have come together. Redundancy two weeks ago took routine, colleagues and the feeling of being
useful. The separation earlier in the year had already emptied the house. His medicine ran out last week and the
alcohol that replaced it has cut his sleep to a few hours. Tomorrow is the anniversary of his brother's death by
suicide, and he has been thinking about what his brother did.

He talks to one relative only. Her visit is the reason he is talking to us, so it counts for a great deal, but it
rests on one person who is frightened and tired. He has something prepared at home and told us when we asked
directly. I would expect a sudden change if she leaves, if he drinks, or during tomorrow evening. The early sign
would be that he becomes quieter and more grateful.

Agreed with him: to hospital for levels and treatment; mental health assessment once he is medically safe; she may
know about the tablets and about what is at home, not about the marriage. He keeps a copy of the plan. I have not
been able to check how much he drank today.""",
    """What is happening: a staggered overdose of paracetamol since last night, with thoughts of suicide that have
not gone. In his words: "I thought it would be tidier." He is polite, slow to answer, and looks at the floor when
the family comes up.

How it came about: work ended after twenty-two years, the antidepressant stopped without anybody deciding so, nights
are short and evenings are spent drinking alone. His brother died by suicide; the date is tomorrow. He separated
this year. Each of these he mentions as if it were about somebody else.

What keeps it going is being alone with it. What helps is one relative who comes with shopping and who does not let
herself be sent away. He has prepared another means and has given his tools away, so I take what he says about
tonight seriously.

What lies ahead: the anniversary, the results of the blood tests and going back to an empty house. Being moved on
without a plan would be the worst of these.

Plan: hospital now; the crisis team rings at a time he chose; his relative makes the house safer today with his
consent; his surgery is asked about the prescription in the morning. He has seen this text.""",
    """He told us he had taken tablets and in the same breath that there were people who needed us more. The tablets
were paracetamol, taken in portions since last night until about noon. He wanted to die when he took them, and he
says the wish comes and goes.

He has lost his job after more than two decades, is recently separated and has hardly slept for weeks. He ran out of
sertraline last week. Drinking in the evening gets him to sleep and wakes him again. Tomorrow it is the anniversary
of the death of his brother, who died by suicide, and he had planned to spend it alone.

He sees one relative. She matters to him and he would not want to hurt her; I would not rely on that through a whole
night. He has means prepared in the house and agreed that they should go. Things would become more dangerous if he
went home before the tests, or if tomorrow came without company.

We decided together that he comes to hospital, that she locks away or takes with her what he prepared, that the
liaison nurse hears about the anniversary first, and that somebody is with him tomorrow until the evening. I do not
know whether he has done this before; he did not want to say.""",
    """A quiet man who keeps saying he is wasting our time. He took paracetamol over many hours because he wanted to
stop, and he has thought about a second way if this one failed. He can say so when asked plainly and looks relieved
afterwards.

The last fortnight explains why it is now: the end of a long job, no medicine for a week, little sleep, more
alcohol, and the anniversary of his brother's suicide tomorrow. The months before explain why it reaches so deep: a
separation, and a house in which nobody waits.

He is held by one relative and by his wish not to be found by her. He has already given away what he cared for. I
think the hours after midnight and the whole of tomorrow are the hardest, and the first sign would be that he stops
answering her messages.

What was agreed: treatment in hospital tonight, a conversation with the mental health team before he leaves, a safer
house by the time he returns, company tomorrow, and a telephone call on the day after at ten. He chose who may know
and kept a copy. I do not yet know what his surgery has been told.""",
)
