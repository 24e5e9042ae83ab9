ARG SWIFT_IMAGE=docker.io/library/swift:6.3-bookworm
ARG RUNTIME_IMAGE=docker.io/library/debian:bookworm-slim

FROM ${SWIFT_IMAGE} AS build
WORKDIR /src
COPY Scripts Scripts
RUN Scripts/setup.sh && rm -rf /var/lib/apt/lists/*
COPY Package.swift openapi.yaml ./
COPY Sources Sources
COPY Tests Tests
RUN Scripts/swift.sh build -c release --product espalier --static-swift-stdlib \
    && strip -o /espalier .build/release/espalier

FROM ${RUNTIME_IMAGE}
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libmicrohttpd12 libgnutls30 libsimdjson14 libnettle8 libsqlite3-0 zlib1g libstdc++6 libcairo2 fontconfig fonts-dejavu-core curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/espalier --no-create-home --shell /usr/sbin/nologin espalier \
    && install --directory --owner espalier --group espalier --mode 0700 /var/lib/espalier
COPY --from=build /espalier /usr/local/bin/espalier
USER espalier
# Published ports need it. It starts with an API key, or with ESPALIER_INSECURE=true: docs/access.md.
ENV ESPALIER_HOST=0.0.0.0 \
    ESPALIER_PORT=8080 \
    ESPALIER_DATA_DIR=/var/lib/espalier
VOLUME /var/lib/espalier
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
    CMD curl --silent --fail --insecure --output /dev/null "http${ESPALIER_TLS_CERT:+s}://127.0.0.1:${ESPALIER_PORT}/livez"
ENTRYPOINT ["espalier"]
CMD ["serve"]
