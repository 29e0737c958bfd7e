# Tandem on one machine in one container: all functions, SQLite, its own queue and clock.
#
#   docker build --tag tandem .
#   docker run --publish 8080:8080 --volume tandem:/data \
#     --env TANDEM_BASE_URL=https://tandem.example.com tandem
#
# What has to be kept lies in /data. TLS ends before it: put a proxy there.

FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt requirements-local.txt /build/
WORKDIR /build
# Compiled here, or every start would parse all of it again.
RUN python -m venv /packages \
    && /packages/bin/pip install --no-cache-dir --require-hashes \
        --requirement requirements-local.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home tandem \
    && install --directory --owner=tandem --mode=0700 /data
COPY --from=packages /packages /packages
WORKDIR /app
COPY main.py ./
COPY connectors ./connectors
COPY functions ./functions
COPY infra ./infra
COPY local ./local
COPY services ./services
COPY sync ./sync
COPY web ./web
RUN /packages/bin/python -m compileall -q /app

ENV PATH=/packages/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONUNBUFFERED=1 \
    TANDEM_STORE=sqlite:/data/tandem.db \
    TANDEM_QUEUE=local:/data/queue.db \
    TANDEM_VAULT=file:/data/vault \
    TANDEM_MAIL=folder:/data/mail \
    PORT=8080

USER tandem
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/v1/health', timeout=8)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "local.server", "--host", "0.0.0.0"]
