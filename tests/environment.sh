#!/bin/sh
# Make the virtual environment $1 with the Python $2, or, where none is named, with the first on PATH that will do.
# Where none will do, say what to install.
environment=$1
named=$2
if [ -n "$named" ]; then set -- "$named"; else set -- python3.11 python3 python3.12 python3.13 python3.14; fi

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
# Debian and Ubuntu have ensurepip in a package of its own
complete() { "$1" -c 'import venv, ensurepip; ensurepip.version()' >/dev/null 2>&1; }

lacking=
for python in "$@"; do
    if ! recent "$python"; then continue; fi
    if complete "$python"; then exec "$python" -m venv "$environment"; fi
    lacking=${lacking:-$python}
done

if [ -n "$lacking" ]; then
    package=$("$lacking" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "$(command -v "$lacking") cannot make a virtual environment: it lacks ensurepip."
    echo "On Debian and Ubuntu: apt-get install $package"
elif [ -n "$named" ]; then
    echo "$named is no Python 3.11 or later: $("$named" --version 2>&1 || echo "it does not run")"
else
    echo "This needs Python 3.11 or later, and there is none on PATH. python3 here: $(python3 --version 2>&1)"
    echo "On Debian 12, Ubuntu 24.04 and later: apt-get install python3 python3-venv"
fi >&2
echo "Or name another Python: make demo PYTHON=/path/to/python3.11" >&2
exit 1
