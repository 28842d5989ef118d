# One image, the command picks the process: `setup`, `ingress`, `consumer <name>`.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# Optional dependencies are Node and PostgreSQL for `npm start`: this image has the one and needs not the other.
# Development ones are taken out, not only omitted: npm 11.21 refuses a lockfile that lacks their binaries for
# foreign platforms.
RUN --mount=type=cache,target=/root/.npm npm pkg delete devDependencies \
  && npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \
    -o -iname 'readme.md' -o -iname 'changelog.md' -o -iname 'history.md' \) -delete

FROM ${NODE_IMAGE} AS sources
WORKDIR /app
COPY . .
# A checkout under umask 077 would be unreadable to the image's user.
RUN chmod -R a+rX .

FROM ${NODE_IMAGE} AS base
# At V8's default young generation the ingress is a third slower and twice as large. Left alone, V8 lets garbage
# pile up in the old one for hundreds of megabytes; to limit that one instead would end the process at a large
# hook.
COPY --chmod=755 <<'EOS' /usr/local/bin/bridge-node
#!/bin/sh
exec node --max-semi-space-size=8 --initial-old-space-size=48 --heap-growing-percent=25 --no-parallel-scavenge "$@"
EOS
COPY --chmod=755 <<'EOS' /usr/local/bin/bridge
#!/bin/sh
exec bridge-node /app/cli/bridge.ts "$@"
EOS
RUN ln -s bridge /usr/local/bin/gitlab-kafka-bridge
# One arena, and buffers of sockets go back to the system: 15 MB less under load.
ENV MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768
# With compiled code Node needs no TypeScript parser: 25 MB less, and a quicker start.
ENV NODE_ENV=production NODE_COMPILE_CACHE=/app/.compiled
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY --from=sources /app ./

# Compiled code is valid only for the same flags and the same user.
FROM base AS compiled
RUN install -d -o node -g node /app/.compiled
USER 1000:1000
RUN bridge-node deploy/images/bridge/compile.ts && bridge --help >/dev/null

FROM base
# Named volumes take over owner and mode of the folders they are first mounted on.
RUN install -d -o node -g node /secrets /files /var/lib/gitlab-bridge /var/lib/gitlab-bridge/pushes \
  /var/lib/gitlab-bridge/audit-log
COPY --from=compiled /app/.compiled ./.compiled
ENV BRIDGE_DATA_DIR=/var/lib/gitlab-bridge PUSH_AUTHOR_LOG_DIR=/var/lib/gitlab-bridge/pushes
USER 1000:1000
ENTRYPOINT ["bridge"]
CMD ["--help"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "/app/deploy/images/bridge/healthcheck.mjs"]
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="gitlab-kafka-bridge" \
  org.opencontainers.image.description="Every GitLab hook as a typed Avro record on its own Kafka topic" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
