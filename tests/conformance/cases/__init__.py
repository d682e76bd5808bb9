"""The cases, by what they are about. To import one is to register it."""

from . import (clock, good, head, hints, keys, pages,  # noqa
               relay, rotation, signature, state, transport)
