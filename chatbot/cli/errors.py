"""Errors a person at the command line can mend."""


class UsageError(Exception):
    """One sentence for stderr; the command ends with exit code 2."""
