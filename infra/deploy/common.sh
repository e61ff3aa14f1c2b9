#!/bin/bash
# What the steps of cloudbuild.yaml share; sourced, never run.
#
#   REGION        where the services and jobs are
#   REPOSITORY    where images go: REGION-docker.pkg.dev/PROJECT/latchkey
#   COMMIT_SHA    what is built and deployed
#   DEPLOY        `false` ends the build with the images, for a project that has no services yet
#   DEPLOY_STATE  the folder that hands one step's findings to the next; every step of a build can change it, so no step
#                 of ours runs other people's code as the deployer
# shellcheck disable=SC2034  # the scripts that source this use it
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly state=${DEPLOY_STATE:-/workspace/.deploy}
readonly table=infra/deploy/table

say() {
    printf '%s\n' "$*"
}

stop() {
    printf '✗ %s\n' "$*" >&2
    exit 1
}

# The names of settings that must be there and are not.
require() {
    local name
    for name in "$@"; do
        [ -n "${!name:-}" ] || stop "$name is not set: see cloudbuild.yaml"
    done
}

# Ends the step when only images are wanted.
unless_images_alone() {
    [ "${DEPLOY:-true}" != false ] || {
        say "Images alone are wanted (_DEPLOY=false): nothing to do here."
        exit 0
    }
}

# One URL tag for each commit, so that two builds never test each other's revisions.
candidate_tag() {
    require COMMIT_SHA
    printf 'c-%s\n' "${COMMIT_SHA:0:12}"
}

# The image of a name, by the digest that was pushed; a tag could mean something else by the time it is used.
image_of() {
    local name digest
    while read -r name digest; do
        if [ "$name" = "$1" ]; then
            case $digest in *@sha256:*) printf '%s\n' "$digest" && return ;; esac
        fi
    done <"$state/images"
    stop "no digest of the image $1 is known: did the step «images» run?"
}

# Without our input: it would read the names that a loop has still to come to.
run() {
    gcloud run "$@" --region "$REGION" --quiet </dev/null
}

describe() {
    run services describe "$1" --format json
}
