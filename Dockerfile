# One image, the command picks the process: `setup`, `ingress`, `consumer <name>`.
FROM node:24-bookworm-slim AS sources
WORKDIR /app
COPY package.json package-lock.json ./
# Optional dependencies are Node and PostgreSQL for `npm start`: this image has the one and needs not the other.
# Development ones are taken out, not only omitted: npm 11.21 refuses a lockfile that lacks their binaries for foreign platforms.
RUN --mount=type=cache,target=/root/.npm npm pkg delete devDependencies && npm ci --omit=optional --ignore-scripts --no-audit --no-fund
COPY . .
# A checkout under umask 077 would be unreadable to the image's user.
RUN chmod -R a+rX .

FROM node:24-bookworm-slim
# At V8's default young generation the ingress is a third slower and twice as large; without a limit to the old one V8 lets garbage
# pile up there before it looks. A parsed hook of 25 MiB takes up to 600 MiB for a moment.
COPY --chmod=755 <<'EOS' /usr/local/bin/bridge
#!/bin/sh
exec node --max-semi-space-size=8 --max-old-space-size=1024 /app/cli/bridge.ts "$@"
EOS
# With compiled code from the last start Node needs no TypeScript parser: 25 MB less, and a quicker start.
ENV NODE_COMPILE_CACHE=/var/lib/gitlab-bridge/compile-cache
# Named volumes take over owner and mode of the folders they are first mounted on.
RUN install -d -o node -g node /secrets /var/lib/gitlab-bridge /var/lib/gitlab-bridge/pushes
ENV NODE_ENV=production BRIDGE_DATA_DIR=/var/lib/gitlab-bridge PUSH_AUTHOR_LOG_DIR=/var/lib/gitlab-bridge/pushes
WORKDIR /app
COPY --from=sources /app ./
USER 1000:1000
ENTRYPOINT ["bridge"]
CMD ["--help"]
