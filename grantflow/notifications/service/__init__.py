"""Promise a message in the transaction that causes it; deliver it later, from the row alone."""

from .delivering import deliver, probe
from .promising import Recipient, send
from .purging import purge
from .restarting import restart, restart_all

__all__ = ["Recipient", "deliver", "probe", "purge", "restart", "restart_all", "send"]
