#!/usr/bin/env bash
# Builds the container image for amd64 and arm64 with docker buildx, and writes what it contains (CycloneDX) beside it.
#
#   scripts/build-image.sh                                  writes image/gitlab-kafka-bridge-<version>.oci.tar
#   scripts/build-image.sh --push registry.example/bridge   pushes registry.example/bridge:<version>
#
# The version is that of package.json. PLATFORMS changes the platforms. All times in the image are the time of the commit,
# and the same commit gives the same files. The exception is the compiled code in /app/.compiled: V8 writes it a little
# differently each time, so that the digest of its layer differs, too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "$1" >&2
  exit 1
}

name=gitlab-kafka-bridge
case "${1-}" in
  '') push= ;;
  --push) push=1 name=${2:?'--push needs the name of the image, such as registry.example/bridge'} ;;
  *) fail "$1 is not known. Run scripts/build-image.sh without arguments, or with --push NAME." ;;
esac

docker buildx version >/dev/null 2>&1 ||
  fail 'docker buildx is missing. Install the buildx plugin of Docker, which builds for several platforms.'
[ -z "$(git status --porcelain)" ] ||
  fail 'The checkout has changes that are not committed. The image would not be that of its commit: commit them first.'

version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
revision=$(git rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
created=$(date --utc --date="@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)

mkdir -p image
file=image/gitlab-kafka-bridge-$version
npm run --silent sbom >"$file.cdx.json"

if [ -n "$push" ]; then output=type=registry,rewrite-timestamp=true; else
  output=type=oci,rewrite-timestamp=true,dest=$file.oci.tar
fi
docker buildx build --platform "${PLATFORMS:-linux/amd64,linux/arm64}" --tag "$name:$version" \
  --build-arg "VERSION=$version" --build-arg "REVISION=$revision" \
  --label "org.opencontainers.image.created=$created" --output "$output" .
echo "$name:$version was built of $revision. $file.cdx.json says what it contains."
