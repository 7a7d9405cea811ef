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
ENV ZVIT_LISTEN=0.0.0.0:8080 \
    ZVIT_LOG_FORMAT=json
EXPOSE 8080

# bash speaks HTTP well enough to save a program that could be used for more.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]

ENTRYPOINT ["zvit"]
CMD ["serve"]
