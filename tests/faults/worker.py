"""A worker that stops in the middle of the first rendering and says so: crash points without test code in the product.

Run as ``celery -A tests.faults.worker worker``. It touches ``$DRILL_MARK`` and hangs inside the rendering, where the
drill kills or stops it, until a file ``go`` lies beside the mark.
"""

import os
import time
from pathlib import Path
from typing import Any

from celery import current_task

from grantflow.platform import pdf
from workers.celery_app import app

#: Celery's own time limit would end a late task before it writes; here the fencing token alone must refuse it.
app.conf.update(task_time_limit=None, task_soft_time_limit=None)

render = pdf.render
mark = Path(os.environ["DRILL_MARK"])


def hanging(*args: Any, **kwargs: Any) -> pdf.Rendered:
    printed = render(*args, **kwargs)
    if current_task and not mark.exists():  # a warming worker prints too, and holds no lease then
        mark.touch()
        while not mark.with_name("go").exists():
            time.sleep(0.05)
    return printed


pdf.render = hanging
