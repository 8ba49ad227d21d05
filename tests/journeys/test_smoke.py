import pytest


@pytest.mark.parametrize("service", ["sqlite", "postgresql"], indirect=True)
def test_smoke(service, meet):
    a = meet().sign_in_as("Amina Yusuf")
    print(a.page.title())
    a.follow("Hours")
    print(a.page.title())
    a.sign_out()
