"""``grantflow serve``: everything a run needs, started in order, watched, and ended together.

The demo brings its own PostgreSQL and mail server unless others are configured. One thread, one loop: a
signal only sets a flag, so that no child is started and forgotten in between.
"""

from .asking import refuse_silent_broker, revision_standing
from .child import LIVED_WELL, Child
from .environment import NO_SMTP, data_dir_of, furnished, is_demo
from .errors import CannotServe
from .guard import HUNG, run_child
from .programs import WORKERS, beat_command, become, web_command, worker_command
from .run import Supervisor

__all__ = [
    "HUNG",
    "LIVED_WELL",
    "NO_SMTP",
    "WORKERS",
    "CannotServe",
    "Child",
    "Supervisor",
    "beat_command",
    "become",
    "data_dir_of",
    "furnished",
    "is_demo",
    "refuse_silent_broker",
    "revision_standing",
    "run_child",
    "web_command",
    "worker_command",
]
