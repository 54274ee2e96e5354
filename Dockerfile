FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements-server.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements-server.lock

FROM python:3.13-slim
# No shell, no home, and nothing of its own to write to: all state is in the database.
RUN useradd --system --no-create-home --shell /usr/sbin/nologin flowpilot
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER flowpilot
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', 3000)}/livez\", timeout=2)"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["serve"]
