"""Where the pages of this feature are hung up."""

from flask import Blueprint

bp = Blueprint("public", __name__)
