from flask import Blueprint

from grantflow.platform import access

from . import service

bp = Blueprint("accounts", __name__)

access.login.user_loader(service.person_of)
