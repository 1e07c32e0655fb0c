#!/bin/sh
# build.sh: the pages, in build/docs/html. A warning or a link that leads nowhere fails.
set -eu
cd "$(dirname "$0")/.."
docs/test.sh
mkdir -p build/docs
rm -rf build/docs/html
docs/pictures.sh build/docs/pictures docs/images runtime labs
if ! doxygen docs/Doxyfile >/dev/null 2>build/docs/warnings.log || [ -s build/docs/warnings.log ]; then
    cat build/docs/warnings.log >&2
    echo "docs: the warnings above are errors" >&2
    exit 1
fi
if grep '"@ref' build/docs/html/navtreedata.js >&2; then # links.sh does not see what scripts make
    echo "docs: docs/theme/layout.xml names a page that does not exist" >&2
    exit 1
fi
if grep -nE '(^|[^A-Za-z])@ref [a-z]|\]\([^) ]*\.md' build/docs/html/*.html >&2; then # links.sh sees only what became one
    echo "docs: a link above stands on two lines, or is none to the pages" >&2
    exit 1
fi
grader/tools/links.sh build/docs/html
echo "docs: build/docs/html/index.html"
