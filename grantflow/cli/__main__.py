"""``python -m grantflow.cli``: the same command where the script is not on the path."""

from grantflow.cli import main

main()
