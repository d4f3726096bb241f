# The image of one service, or of the gateway. `npm run images` builds all of them; for a single one:
#   docker build --build-arg SERVICE=billing --tag vibecode/billing .
# docs/deployment.md describes the images, docs/decisions/0025 why they look like this.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot

# hadolint ignore=DL3006
FROM ${NODE_IMAGE} AS build
WORKDIR /src
# hadolint ignore=DL3008
RUN command -v tini-static || { apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*; }
# The manifests come first: their layer of packages is reused until the lockfile changes.
COPY package.json package-lock.json .npmrc ./
COPY schema/package.json schema/
COPY platform/package.json platform/
COPY supergraph/package.json supergraph/
COPY subgraphs/auth/package.json subgraphs/auth/
COPY subgraphs/user/package.json subgraphs/user/
COPY subgraphs/project/package.json subgraphs/project/
COPY subgraphs/ai-generation/package.json subgraphs/ai-generation/
COPY subgraphs/code-executor/package.json subgraphs/code-executor/
COPY subgraphs/billing/package.json subgraphs/billing/
COPY subgraphs/notification/package.json subgraphs/notification/
COPY web/package.json web/
COPY tests/package.json tests/
COPY scripts/boundaries/package.json scripts/boundaries/
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY tsconfig.json tsconfig.base.json router-config.yaml ./
COPY schema schema
COPY platform platform
COPY supergraph supergraph
COPY subgraphs subgraphs
RUN node node_modules/typescript/bin/tsc --build
COPY web web
RUN node node_modules/vite/bin/vite.js build web --logLevel warn

# The packages and files that this one service needs, and its bill of materials.
FROM build AS production
ARG SERVICE
COPY scripts/images scripts/images
RUN node scripts/images/assemble.ts "${SERVICE}" /app

# hadolint ignore=DL3006
FROM ${RUNTIME_IMAGE}
COPY --from=build /usr/bin/tini-static /usr/local/bin/tini
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=production /app /app
WORKDIR /app
# The root file system may be read-only: only /tmp is written to.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/tmp/vibecode
USER 65532:65532
ARG SERVICE
ENV VIBECODE_SERVICE=${SERVICE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="vibecode-${SERVICE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.licenses="Apache-2.0" \
      dev.vibecode.sbom="/app/sbom.cdx.json"
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 CMD ["/usr/local/bin/node", "health.js"]
# tini is process 1, so that a stop signal ends a process that has not installed its handler yet.
ENTRYPOINT ["/usr/local/bin/tini", "--", "/usr/local/bin/node"]
CMD ["main.js"]
