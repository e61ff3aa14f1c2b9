"""What stops the local stack."""


class Fault(Exception):
    """One clear line that says what is wrong and what to do."""
