"""People at their desks."""

import pytest

from tests.feedback.pages import signed_in


@pytest.fixture
def tu(client, cast):
    """The operator Tư, signed in."""
    return signed_in(client, cast.tu)
