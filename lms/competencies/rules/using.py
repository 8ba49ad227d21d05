"""Using a form: who may ask for it and complete it, what it rates, and which answers it takes."""

from collections.abc import Collection, Mapping

from lms.competencies.rules.form_files import Asker, Completer, FieldFile, FormFile
from lms.competencies.rules.framework import Capability
from lms.core.errors import RuleViolation
from lms.core.words import join_words, number_of
from lms.policy import Permission, Role, roles_with

Answer = str | int | bool | None
IN_THE_FIELD = frozenset({Role.ASSESSOR, Role.SUPERVISOR})


def check_asking(form: FormFile, *, by: Asker, codes: Collection[str], known: Mapping[str, Capability]) -> None:
    """Refuse a form that is not for this person to ask for, and capabilities it does not rate.

    Raises RuleViolation.
    """
    if by not in form.asked_by or (by is Asker.TRAINEE and not form.is_for_trainees):
        others = join_words([f"the {each.value.replace('-', ' ')}" for each in form.asked_by if each is not by], "or")
        who = f": {others} asks for it" if others else ""
        raise RuleViolation(f"{form.slug.heading} is not yours to ask for{who}", field="form_kind")
    _check_rated(form, codes, known)


def check_completing(
    form: FormFile,
    *,
    by: Completer | None,
    ratings: Mapping[str, int | None],
    known: Mapping[str, Capability],
) -> None:
    """Refuse somebody the form does not name, capabilities it does not rate, and levels it does not give.

    "Not observed" is always allowed and is no fail. Raises RuleViolation.
    """
    if by not in form.completed_by:
        raise RuleViolation(f"{form.slug.heading} is completed by: {form.completed_by_words}.")
    _check_rated(form, ratings, known)
    if not form.levels and any(level is not None for level in ratings.values()):
        raise RuleViolation(f"{form.slug.heading} gives no level.")
    off = sorted({level for level in ratings.values() if level is not None} - set(form.levels))
    if off:
        given = join_words([str(level) for level in form.levels], "or")
        raise RuleViolation(f"{form.slug.heading} gives level {given}, and not {off[0]}")


def may_start(form: FormFile, *, by: Completer | None) -> bool:
    """Say whether somebody may begin a form unasked: one they complete, of those a trainee may ask for."""
    return form.is_for_trainees and by in form.completed_by


def _check_rated(form: FormFile, codes: Collection[str], known: Mapping[str, Capability]) -> None:
    strange = [known[code].name if code in known else code for code in codes if not form.covers(code)]
    if strange:
        raise RuleViolation(
            f"{form.slug.heading} does not rate {join_words(strange)}. Take it out, or use another form.", "codes"
        )
    if len(set(codes)) > form.rates_at_most:
        most = number_of(form.rates_at_most, "capability", "capabilities")
        raise RuleViolation(f"{form.slug.heading} rates {most} at most", field="codes")


def completer_of(role: Role) -> Completer | None:
    """Whom somebody acts as when they complete a form in this role; None where no form names the role."""
    return next((each for each in Completer if each.value == role.value), None)


def roles_completing(form: FormFile) -> frozenset[Role]:
    """The roles in which somebody with an account completes a form."""
    return frozenset(
        role for role in roles_with(Permission.ASSESSMENT_COMPLETE) if completer_of(role) in form.completed_by
    )


def roles_to_sign(*, held: Collection[Role], towards: Collection[Role]) -> frozenset[Role]:
    """The roles in which somebody may sign a form they are handed: those they have towards the trainee, and those of
    people in the field, who meet a trainee before a request or shift names them.
    """
    return frozenset(held) & (frozenset(towards) | IN_THE_FIELD)


def role_to_sign(form: FormFile, *, held: Collection[Role], towards: Collection[Role]) -> Role:
    """The role in which somebody signs a form who holds several: one that completes it, one they have towards the
    trainee before one they do not, then the first.
    """
    return min(held, key=lambda role: (completer_of(role) not in form.completed_by, role not in towards, role))


def asker_of(role: Role) -> Asker | None:
    """Whom somebody acts as when they ask for a form in this role; None where no form names the role."""
    return next((each for each in Asker if each.value == role.value), None)


def answer_name(key: str) -> str:
    """The name under which the answer to a free question is asked and kept in a draft."""
    return f"answer_{key}"


def kept_answers(fields: Collection[FieldFile], answers: Mapping[str, Answer]) -> dict[str, str]:
    """The answers that were given, as they are kept: by key, in the order of the questions, empty ones left out.

    Whether an answer is needed is for whoever asks. Raises RuleViolation for a question that is not asked, a choice
    that is not offered, or what is too long or too large.
    """
    by_key = {field.key: field for field in fields}
    unknown = sorted(set(answers) - set(by_key))
    if unknown:
        raise RuleViolation(f"This form does not ask for {unknown[0]}.")
    said = ((field, _plain(field, answers.get(field.key))) for field in fields)
    return {field.key: value for field, value in said if value}


def _plain(field: FieldFile, answer: Answer) -> str:
    name = answer_name(field.key)
    if answer is None or answer == "":
        return ""
    if field.kind == "yes-no":
        if not isinstance(answer, bool):
            raise RuleViolation("Select yes or no", name)
        return "yes" if answer else "no"
    if field.kind == "number":
        if isinstance(answer, bool) or not isinstance(answer, int) or not 0 <= answer <= field.limit:
            raise RuleViolation(f"Enter a number from 0 to {field.limit:,}", name)
        return str(answer)
    if not isinstance(answer, str) or (field.choices and answer not in {each.value for each in field.choices}):
        raise RuleViolation("Select one of the options", name)
    if len(answer) > field.limit:
        raise RuleViolation(f"Use {field.limit:,} characters or fewer", name)
    return answer
