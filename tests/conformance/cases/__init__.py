"""The cases, by what they are about. To import one is to register it."""

from . import good, head, keys, pages, signature, state, transport  # noqa
