# Every image of Latchkey, from one file:
#
#   docker build --target function --build-arg FUNCTION=webhook .     a function of infra/functions.json
#   docker build --target latchkey .                                  the operator's command, also run by jobs
#   docker build --target web .                                       nginx: the storefront, and the front door
#   docker build --target sandbox .                                   the stand-in for Stripe and storage, for compose
#
# All executables are built once, in the stage `build`, which does not know which image is wanted.
# The functions' images hold one static executable and some small files: no shell, no packages, no C library.

FROM swift:6.3.1-bookworm AS libraries
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
WORKDIR /latchkey
COPY infra/local/bootstrap infra/local/
RUN infra/local/bootstrap static
COPY infra/images/static-libraries infra/images/
RUN infra/images/static-libraries .build/static-libraries

FROM libraries AS build
COPY Package.swift ./
COPY Shared Shared
COPY Functions Functions
COPY Tests Tests
COPY infra/functions.json infra/
COPY infra/local/build infra/local/
COPY infra/images/build-static infra/images/
RUN infra/images/build-static
COPY infra infra
RUN infra/images/roots /roots && infra/images/front-door >/roots/nginx.conf

FROM debian:bookworm-slim AS web
# The newest nginx of Debian's stable release is what is wanted: that is where its security updates arrive.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nginx \
    && rm -rf /var/lib/apt/lists/* /var/log/nginx /etc/nginx/sites-enabled
COPY infra/images/web /usr/local/bin/web
COPY --from=build /roots/nginx.conf /etc/latchkey/nginx.conf
COPY Functions/Storefront /storefront
ENV PORT=8080 PAYMENT_PAGES=https://checkout.stripe.com
USER 65532:65532
EXPOSE 8080
# nginx answers what it has begun before it ends.
STOPSIGNAL SIGQUIT
ENTRYPOINT ["/usr/local/bin/web"]

FROM scratch AS sandbox
COPY --from=build /roots/sandbox /
COPY --from=build --chown=65532:65532 /roots/storage /storage
ENV SANDBOX_PRICES=/catalog.json
USER 65532:65532
EXPOSE 8090 8091
STOPSIGNAL SIGTERM
ENTRYPOINT ["/sandbox"]

FROM scratch AS latchkey
COPY --from=build /roots/latchkey /
ENV MIGRATIONS_DIR=/migrations MAIL_TEMPLATES=/mail
USER 65532:65532
STOPSIGNAL SIGTERM
ENTRYPOINT ["/latchkey"]

FROM scratch AS function
ARG FUNCTION
COPY --from=build /roots/${FUNCTION} /
# Only the functions that send mail have the templates; the others do not ask where they are.
ENV MAIL_TEMPLATES=/mail
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["/function"]
