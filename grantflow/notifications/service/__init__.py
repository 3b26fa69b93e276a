"""Promise a message in the transaction that causes it; deliver it later, from the row alone."""

from .delivering import deliver, probe
from .promising import Recipient, held, let_go, send
from .restarting import restart, restart_all

__all__ = ["Recipient", "deliver", "held", "let_go", "probe", "restart", "restart_all", "send"]
