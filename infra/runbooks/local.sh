# shellcheck shell=bash
# What the «local» commands of the runbooks rely on: the commands of a shop that runs on this machine.
#
#   infra/local/stack.py --dir .local/runbooks --port-base 9080 run        in one terminal
#   export LATCHKEY_DIR=.local/runbooks LATCHKEY_PORT_BASE=9080            in another
#   . infra/runbooks/local.sh

: "${LATCHKEY_DIR:?is the folder of the stack that runs}" "${LATCHKEY_PORT_BASE:?is its front port}"
export LATCHKEY_OPERATOR=${LATCHKEY_OPERATOR:-you}

# The seller's command, with the settings as they are now.
latchkey() { infra/local/stack.py exec latchkey "$@"; }

# Puts each function whose settings changed on a new process: what `gcloud run services update` does.
reload() { infra/local/stack.py reload; }

# One setting as it is now, and as it shall be: what Secret Manager does.
setting() { infra/local/stack.py exec printenv "$1"; }
secret() { infra/local/secret "$@"; }

# The database as its owner, and as the superuser: what `gcloud sql connect` does.
database() { psql -XqAt -v ON_ERROR_STOP=1 "$(setting DATABASE_URL)" "$@"; }
superuser() { psql -XqAt -v ON_ERROR_STOP=1 "$(superuser_url postgres)" "$@"; }
superuser_url() { echo "postgresql://postgres:$(secret DATABASE_PASSWORD_postgres)@127.0.0.1:$(port 8432)/$1"; }

# A control of the stand-in for Stripe, and what it knows: what Stripe's dashboard does.
stripe_side() { curl --silent --show-error --fail --output /dev/null --data "${2-}" "http://127.0.0.1:$(port 8090)/sandbox/$1"; }

# Keeps asking every function of the front door, and tells at the end whether all of it was answered.
watch_shop() { .local/venv/bin/python Tests/EndToEnd/buyer.py watch "$@" >"$LATCHKEY_DIR/watch.txt" & watcher=$!; }
unwatch_shop() {
    kill "$watcher"
    wait "$watcher" || true
    cat "$LATCHKEY_DIR/watch.txt"
}

# Plays the buyer.
buyer() { .local/venv/bin/python Tests/EndToEnd/buyer.py "$@"; }

# Runs a command again and again until it succeeds, 30 s long at most.
until_ok() {
    local last=$((SECONDS + 30))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $last ] || { echo "still not so after 30 s: $*" >&2; return 1; }
        sleep 0.2
    done
}

# A port of this stack by its usual number.
port() { echo $(($1 + LATCHKEY_PORT_BASE - 8080)); }
