"""Terraform's own `validate` and `test` without a network, an account or `terraform init`.

Terraform learns what a resource may look like from its provider's schema. The schema of the google provider is
published a second time, as classes for Python (`schema.py` reads it back from there), and a provider that knows a
schema and nothing else (`provider.py`) is all that Terraform needs to check every type, argument and reference.
`command.py` runs Terraform with it. What only Google itself can say is not checked: whether a value is allowed, whether
a name is free.
"""
