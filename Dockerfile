# Two stages: the first builds wheels from the locks and fills an environment, the second holds Python and it alone.

FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements.lock requirements-build.lock ./
RUN pip wheel --require-hashes --wheel-dir wheels -r requirements.lock \
    && pip install --require-hashes -r requirements-build.lock
COPY pyproject.toml README.md LICENSE ./
COPY chatbot chatbot
COPY handlers handlers
COPY storage storage
RUN pip wheel --no-deps --no-build-isolation --wheel-dir wheels . \
    && python -m venv /opt/tierwise \
    && /opt/tierwise/bin/pip install --no-index --no-deps wheels/*.whl

FROM python:3.11-slim
ENV PATH=/opt/tierwise/bin:$PATH PYTHONUNBUFFERED=1 TIERWISE_DATABASE_URL=sqlite:////data/tierwise.sqlite3
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin tierwise \
    && install --directory --owner tierwise --group tierwise --mode 0700 /data
COPY --from=build /opt/tierwise /opt/tierwise
USER tierwise
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["tierwise", "health"]
CMD ["tierwise", "run"]
