# Nightshift runs from its TypeScript sources: Node strips the types, there is no build step.
FROM node:26.10.0-slim

ENV NODE_ENV=production
WORKDIR /app

# Neither the embedded PostgreSQL (optional) nor the tools of developers belong in here: DATABASE_URL is set.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund && npm cache clean --force

COPY src ./src
COPY handlers ./handlers
COPY policies ./policies

# The container's own loopback is of no use to anybody. Without a token the service then refuses to start, and says so.
ENV HOST=0.0.0.0
EXPOSE 8080
USER node
STOPSIGNAL SIGTERM

HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

CMD ["node", "src/main.ts", "serve"]
