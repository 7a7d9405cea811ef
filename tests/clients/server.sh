# A `zvit serve` on a fresh demonstration store, for the scripts beside this one; to be sourced.
#
#   ZVIT    the program; left out, it is built
#   SCHEME  of its address: http by default, or https, with a certificate that the service makes for itself
#
# `need_zvit` sees to the program. `fresh_store` makes STORE, a directory, for what must be known before; `start_server FLAG ...`
# starts a server on it and waits until it is ready: BASE is its address then, ACCOUNTS the file with the credentials of every
# client, CERTIFICATE that of https. `stop_server` ends it and takes the store away; so does the end of the script.

clients=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$clients/../.." && pwd)
server=
STORE=

need_zvit() {
  if [ -z "${ZVIT:-}" ]; then
    (cd "$root" && cargo build --quiet --locked --workspace --all-targets)
    ZVIT="${CARGO_TARGET_DIR:-$root/target}/debug/zvit"
  fi
  export ZVIT
}

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

end() { # end PID: and waits until it is gone; nothing, if there is none
  if [ -n "$1" ]; then
    kill "$1" 2> /dev/null || true
    wait "$1" 2> /dev/null || true
  fi
}

stop_server() {
  end "$server"
  if [ -n "$STORE" ]; then rm -rf "$STORE"; fi
  server=
  STORE=
}

fresh_store() {
  trap stop_server EXIT
  STORE=$(mktemp -d)
}

start_server() {
  local port flags=("$@") ready=
  if [ -z "$STORE" ]; then fresh_store; fi
  port=$(free_port)
  # OAuth libraries insist that the issuer is the address they discovered it at.
  export BASE="${SCHEME:-http}://127.0.0.1:$port" ACCOUNTS="$STORE/accounts.json" CERTIFICATE="$STORE/data/tls-cert.pem"
  export NO_PROXY='*' no_proxy='*'
  if [ "${SCHEME:-http}" = https ]; then flags+=(--tls self-signed); fi
  "$ZVIT" seed --demo --data-dir "$STORE/data" --issuer "$BASE" > "$ACCOUNTS"
  "$ZVIT" serve --data-dir "$STORE/data" --listen "127.0.0.1:$port" "${flags[@]}" > "$STORE/log" 2>&1 &
  server=$!
  for _ in $(seq 1 600); do
    if curl --silent --fail --insecure --output /dev/null "$BASE/readyz"; then ready=yes; break; fi
    if ! kill -0 "$server" 2> /dev/null; then break; fi
    sleep 0.1
  done
  if [ -z "$ready" ]; then
    echo "the server did not become ready:" >&2
    cat "$STORE/log" >&2
    exit 1
  fi
}

# need_debian PACKAGE ...: from the distribution, unless they are there.
need_debian() {
  local package missing=()
  for package in "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet
    apt-get install --quiet --yes --no-install-recommends "${missing[@]}"
  fi
}

need_java() {
  if ! command -v javac > /dev/null; then need_debian default-jdk-headless; fi
}

# python_with FOLDER REQUIREMENTS: a virtual environment with exactly these; made anew only when they change.
python_with() {
  if ! cmp -s "$2" "$1/requirements.txt"; then
    python3 -m venv --clear "$1/venv"
    "$1/venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$2"
    cp "$2" "$1/requirements.txt"
  fi
}
