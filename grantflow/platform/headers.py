"""Headers that every answer carries, error pages included (T53, T55)."""

from collections.abc import Callable
from wsgiref.headers import Headers

from flask import Flask, Response, abort, request

from grantflow.config import Settings

from .access import known_actor

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FIXED = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Frame-Options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"
#: Answered to container health checks that know no host name.
HEALTH = {"/healthz", "/readyz", "/status"}


def on_files(settings: Settings) -> Callable[[Headers, str, str], None]:
    """The same for the files that WhiteNoise hands out before the application is asked."""
    always = FIXED | ({"Strict-Transport-Security": HSTS} if settings.is_https else {})

    def add(headers: Headers, path: str, url: str) -> None:
        for name, value in always.items():
            headers[name] = value

    return add


def init_app(app: Flask, settings: Settings) -> None:
    hosts = {settings.host}
    if settings.is_demo:
        hosts |= {f"127.0.0.1:{settings.port}", f"localhost:{settings.port}"}

    @app.before_request
    def only_our_hosts() -> None:
        if request.host not in hosts and request.path not in HEALTH:
            abort(400)

    @app.before_request
    def no_nul() -> None:
        """No address of ours holds one, and no text of the database can (T27)."""
        if "\0" in request.path or b"%00" in request.query_string:
            abort(400)

    @app.before_request
    def no_cross_site_writes() -> None:
        """Beside the CSRF token: what a browser itself calls cross-site never writes (T26)."""
        if request.method not in {"GET", "HEAD", "OPTIONS"} and request.headers.get("Sec-Fetch-Site") == "cross-site":
            abort(403)

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in FIXED.items():
            response.headers.setdefault(name, value)
        if settings.is_https:
            response.headers["Strict-Transport-Security"] = HSTS
        if request.endpoint != "static":
            if known_actor().is_authenticated:
                response.headers["Cache-Control"] = "no-store"
            else:
                response.headers.setdefault("Cache-Control", "no-cache, private")
            response.vary.add("Cookie")
        return response
