# syntax=docker/dockerfile:1
# Three stages: assets from npm, Python packages with the compiled catalogues, and what runs.

# Houses with a registry of their own say so: --build-arg PYTHON_IMAGE=registry.house/python:3.13-slim-bookworm
ARG NODE_IMAGE=node:22-bookworm-slim
ARG PYTHON_IMAGE=python:3.13-slim-bookworm

FROM ${NODE_IMAGE} AS assets
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund
# The same map the bootstrap reads: "grantflow": {"assets": {"node_modules/...": "target"}}.
RUN node -e 'const fs = require("fs"), path = require("path"); \
    for (const [from, to] of Object.entries(require("./package.json").grantflow.assets)) { \
      const target = path.join("vendor", to); \
      fs.mkdirSync(path.dirname(target), { recursive: true }); \
      fs.cpSync(from, target, { recursive: true }); }'

FROM ${PYTHON_IMAGE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/grantflow/.venv
ENV PATH=/opt/grantflow/.venv/bin:$PATH
WORKDIR /opt/grantflow
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY grantflow ./grantflow
COPY workers ./workers
COPY templates ./templates
COPY migrations ./migrations
COPY --from=assets /src/vendor ./grantflow/static/vendor
RUN pip install --no-build-isolation --no-deps -e . \
    && pybabel -q compile -d grantflow/translations \
    && python -m compileall -q grantflow workers \
    # What built us does not run with us.
    && pip uninstall -q -y hatchling editables pip

FROM ${PYTHON_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 grantflow \
    && useradd --system --uid 10001 --gid grantflow --no-create-home --home-dir /nonexistent \
       --shell /usr/sbin/nologin grantflow \
    && install -d -o grantflow -g grantflow -m 700 /data
COPY --from=build /opt/grantflow /opt/grantflow
ENV PATH=/opt/grantflow/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    XDG_CACHE_HOME=/tmp \
    GRANTFLOW_ENV=production \
    GRANTFLOW_DATA_DIR=/data \
    GRANTFLOW_PULSE=/tmp/pulse \
    PORT=8000
WORKDIR /opt/grantflow
USER grantflow
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
ENTRYPOINT ["grantflow"]
CMD ["serve", "--only", "web", "--host", "0.0.0.0"]
