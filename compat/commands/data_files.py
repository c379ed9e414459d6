"""Read the data files that lie beside the code."""

import pkgutil


def text(package: str, name: str) -> str:
    """Return the text of a package's data file, which a zip file or a frozen program may hold."""
    found = pkgutil.get_data(package, name)
    if found is None:
        raise FileNotFoundError(f"{package} cannot be asked for {name}: its loader reads no data")
    return found.decode("utf-8")
