"""What can be done to an application: write it, choose how acts arrive, move it, let a return lapse, purge it."""

from .extending import extend
from .lapsing import lapse_returns
from .measuring import measure
from .moving import admit, advance, exclude, return_, submit, withdraw
from .participating import confirm, withdraw_partner
from .purging import forget_changes, purge
from .saving import choose_channel, declare, save, save_answers, save_budget, save_partner, start

__all__ = [
    "admit",
    "advance",
    "choose_channel",
    "confirm",
    "declare",
    "exclude",
    "extend",
    "forget_changes",
    "lapse_returns",
    "measure",
    "purge",
    "return_",
    "save",
    "save_answers",
    "save_budget",
    "save_partner",
    "start",
    "submit",
    "withdraw",
    "withdraw_partner",
]
