# The bot with Node 24, PostgreSQL's client tools and zstd for backups, and an init that collects the orphans of services and
# tools: without one they stay as zombies. The server that it backs up must not be newer than the tools.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY build.ts ./
COPY src src
COPY commands commands
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends postgresql-client zstd ca-certificates procps tini \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
# Runbooks and lockkeeper.yml are mounted at /etc/lockkeeper, dumps and the folders of runs at /var/lib/lockkeeper.
ENV NODE_ENV=production LOCKKEEPER_CONFIG=/etc/lockkeeper/lockkeeper.yml LOCKKEEPER_FOLDER=/var/lib/lockkeeper PORT=3000 HOST=0.0.0.0
RUN mkdir -p /var/lib/lockkeeper && chown node:node /var/lib/lockkeeper
USER node
VOLUME /var/lib/lockkeeper
EXPOSE 3000
# `health` asks the store whether a worker lives: true in Socket Mode and over HTTP alike.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "dist/src/main.js", "health"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "dist/src/main.js", "start"]
