"""Jinja as this house uses it: the same pages, put together with less."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment as BaseEnvironment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from markupsafe import Markup, escape


class Writer(CodeGenerator):
    """Jinja's, which writes what is escaped already as it is: half of what a page is put together from."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: CodeGenerator._FinalizeInfo) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.written(")


class Environment(BaseEnvironment):
    """Flask's, with one plain dictionary of globals: Jinja asks it at every import, and a page has thirty."""

    code_generator_class = Writer

    @staticmethod
    def written(value: Any) -> str:
        """``value`` as it stands in a page."""
        return value if type(value) is Markup else escape(value)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return super().make_globals(d) if d else self.globals
