"""One scheme for names in two languages on every catalogue row."""

from django.utils.translation import get_language


class NamedInTwoLanguages:
    """A row with `name_vi` and `name_en` (which may be empty): `.name` is the one in the language in force."""

    name_vi: str
    name_en: str

    @property
    def name(self) -> str:
        return in_force(self.name_vi, self.name_en)


def in_force(vietnamese: str, english: str) -> str:
    """The name in the language in force; Vietnamese where English is missing."""
    return english if english and (get_language() or "").startswith("en") else vietnamese
