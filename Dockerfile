# syntax=docker/dockerfile:1

# The same Debian below and above: what is linked against its C library must find it again.
ARG DEBIAN=trixie
ARG RUST=1.95

FROM rust:${RUST}-slim-${DEBIAN} AS build
# make and perl build the OpenSSL that goes into libpq; everything else needs only the C compiler.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev make perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The caches stay with the builder and never reach the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --features postgres-tls \
    && install -D target/release/zvit /out/zvit

FROM debian:${DEBIAN}-slim
# Certificates, for sslmode=verify-full to a database with a public one. The account has no shell and owns only its data.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 zvit \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/zvit --shell /usr/sbin/nologin zvit \
    && install -d -m 0700 -o 10001 -g 10001 /var/lib/zvit
COPY --from=build /out/zvit /usr/local/bin/zvit

USER 10001:10001
# The embedded database is made in zvit-data below this directory, unless a database URL is set. (The data directory is not
# set here: it would be stronger than a URL in a configuration file.)
WORKDIR /var/lib/zvit
VOLUME /var/lib/zvit
# HTTPS with a certificate of its own making, kept in tls below the same directory, until tls_cert and tls_key name another.
ENV ZVIT_LISTEN=0.0.0.0:8080 \
    ZVIT_TLS=self-signed \
    ZVIT_TLS_DIR=/var/lib/zvit/tls \
    ZVIT_ATTACHMENTS_DIR=/var/lib/zvit/attachments \
    ZVIT_LOG_FORMAT=json
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["zvit", "ready"]

ENTRYPOINT ["zvit"]
CMD ["serve"]
