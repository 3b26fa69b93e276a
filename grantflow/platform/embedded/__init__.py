"""A private PostgreSQL for runs without a configured one: the binaries of a wheel, driven directly.

The wheel's own Python interface is not used: it breaks on a data path with a space and, as root, opens
every folder above the data to everyone. Nothing listens on the network; the socket lies in a private
folder and the server asks the kernel who is calling (``peer``), so there is no password to lose.
"""

from .children import dies_with_parent, set_aside
from .places import EmbeddedError
from .server import Embedded, ensure, remove, running

__all__ = ["Embedded", "EmbeddedError", "dies_with_parent", "ensure", "remove", "running", "set_aside"]
