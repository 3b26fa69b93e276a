"""Structured logs: one JSON line an event, each with the request's or the task's id."""

import logging
import sys
import time
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request

from grantflow.config import Settings

log = structlog.get_logger()


def configure(settings: Settings) -> None:
    """JSON encodes CR and LF, so that nobody forges a line (T48)."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level]),
        # The stderr of the moment: the one of the start may have been replaced, and closed.
        logger_factory=lambda *_name: structlog.PrintLogger(sys.stderr),
    )


def init_app(app: Flask, settings: Settings) -> None:
    configure(settings)

    @app.before_request
    def begin() -> None:
        g.request_id = uuid4().hex[:16]
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        if request.endpoint not in {"static", "health.healthz", "health.readyz", "health.status"}:
            # The rule, not the address: nothing personal reaches the log.
            log.info(
                "request",
                method=request.method,
                rule=request.url_rule.rule if request.url_rule else None,
                status=response.status_code,
                ms=round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
            )
        return response
