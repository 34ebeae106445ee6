# Configuration: mount it as /gateway/gateway.yaml; the journal lies in the volume /gateway/var. The
# root file system may be read-only: beside the journal it writes to /tmp, and little.

# This image has a C compiler, the slim one has none.
FROM python:3.13 AS wheels
WORKDIR /src
COPY deploy/requirements.txt deploy/
RUN pip wheel --no-cache-dir --require-hashes --wheel-dir /wheels -r deploy/requirements.txt
COPY deploy/compile.txt deploy/
RUN pip install --no-cache-dir --require-hashes -r deploy/compile.txt
COPY pyproject.toml README.md LICENSE ./
COPY schemas schemas
COPY gateway gateway
COPY deploy/compile.py deploy/training.py deploy/
RUN pip install --no-cache-dir --no-index --find-links /wheels /wheels/hatchling-*.whl \
 && pip install --no-cache-dir --no-index --find-links /wheels -r deploy/requirements.txt \
 && python deploy/compile.py \
 && pip wheel --no-cache-dir --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
 && pip install --no-cache-dir --no-index --find-links /wheels --ignore-installed --root /installed \
    /wheels/callback_gateway-*.whl

FROM python:3.13-slim
# Not a RUN on a mount of that stage: buildah and podman would take an old layer after a change.
COPY --from=wheels /installed /
RUN groupadd --gid 10001 gateway \
 && useradd --uid 10001 --gid 10001 --home-dir /gateway --shell /usr/sbin/nologin gateway \
 && install -d -o gateway -g gateway /gateway/var
WORKDIR /gateway
USER 10001:10001
VOLUME /gateway/var
EXPOSE 8080 9090
STOPSIGNAL SIGTERM
# The admin port of the default configuration.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:9090/healthz', timeout=4)"]
ENTRYPOINT ["gateway"]
CMD ["serve"]
