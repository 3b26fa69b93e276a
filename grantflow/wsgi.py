"""What the web server loads."""

import gc

from grantflow.app import create_app

app = create_app()

# What is loaded by now stays: looking through it for garbage at every page would be a tenth of the work.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 50)
