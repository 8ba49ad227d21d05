"""What is typed on one line has a limit: PostgreSQL answers with an error where a column is too short for it."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from wtforms.validators import Length

import lms
from lms.competencies.forms import SignedForm
from lms.competencies.forms.asking import AskForm
from lms.core.db import Model
from lms.curriculum.forms import CohortForm
from lms.curriculum.models import Cohort
from lms.identity.forms import NewPasskeyForm, OrganisationForm, PersonForm
from lms.identity.models import Credential, Organisation, Person
from lms.placements.forms import SiteForm
from lms.placements.models import Site
from lms.signing.forms import DomainForm, GuestForm
from lms.signing.models import KnownDomain
from lms.web.forms import EmailAddress, EmailField, NHSForm, StringField

EMAIL_LENGTH = 254
KEPT_IN = [
    (AskForm, Person),
    (CohortForm, Cohort),
    (DomainForm, KnownDomain),
    (GuestForm, Person),
    (NewPasskeyForm, Credential),
    (OrganisationForm, Organisation),
    (PersonForm, Person),
    (SignedForm, Person),
    (SiteForm, Site),
]


def forms(kind: type[NHSForm] = NHSForm) -> Iterator[type[NHSForm]]:
    """Every form of the application."""
    for found in kind.__subclasses__():
        if found.__module__.startswith("lms."):
            yield found
        yield from forms(found)


def typed(form: type[NHSForm]) -> dict[str, int | None]:
    """The fields of a form in which one line is typed, each with the most characters it takes."""
    fields = {name: getattr(form, name) for name in dir(form) if hasattr(getattr(form, name), "field_class")}
    return {name: _limit(field) for name, field in fields.items() if field.field_class in (StringField, EmailField)}


def _limit(field: Any) -> int | None:
    checks = field.kwargs.get("validators", field.args[1] if len(field.args) > 1 else ())
    limits = [check.max for check in checks if isinstance(check, Length)]
    limits += [EMAIL_LENGTH for check in checks if isinstance(check, EmailAddress)]
    return min(limits, default=None)


def test_a_line_that_is_typed_has_a_limit() -> None:
    for module in pkgutil.walk_packages(lms.__path__, "lms."):
        if ".forms" in module.name:
            importlib.import_module(module.name)
    endless = {
        f"{form.__module__}.{form.__name__}.{name}"
        for form in forms()
        for name, limit in typed(form).items()
        if limit is None
    }
    assert not endless, f"Add MaxCharacters(...) to: {sorted(endless)}"


@pytest.mark.parametrize(("form", "model"), KEPT_IN)
def test_a_form_takes_no_more_than_its_columns_hold(form: type[NHSForm], model: type[Model]) -> None:
    columns = model.__mapper__.columns
    lengths = {name: getattr(columns[name].type, "length", None) for name in typed(form) if name in columns}
    assert any(lengths.values())
    over = {name for name, length in lengths.items() if length and (typed(form)[name] or length + 1) > length}
    assert not over, f"{form.__name__} takes more than {model.__name__} keeps: {sorted(over)}"
