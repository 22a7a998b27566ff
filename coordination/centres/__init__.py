"""Operations centres: the registry, what is measured, the roll-out of a year, maturity."""
