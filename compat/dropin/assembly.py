"""Build the module tree of a release, and lay it over what is there.

A tree has a host, the module ``torchaudio``: a real one, or an empty one of ours. Names are laid
over the host, and the submodules over ``sys.modules``. Undoing the layer restores exactly what was
there before.
"""

import dis
import importlib.machinery
import importlib.util
import inspect
import sys
import types
from typing import Any

from compat import tree
from compat.contents import deprecations, scripting
from compat.contents.context import Context
from compat.contents.submodule import Lazy, Submodule
from compat.dropin import advice, announcements, definitions, torio
from compat.dropin.definitions import Definition
from compat.dropin.layer import Layer, empty
from compat.names import removed
from compat.observation import recording

_REAL_NAME = "torchaudio"


class Tree:
    """The modules of one ``torchaudio``.

    Args:
        host: the module at the top.
        registered: whether to put the modules into ``sys.modules`` under the host's name, so that
            ``import`` finds them.
    """

    def __init__(self, host: types.ModuleType, *, registered: bool) -> None:
        self.host: types.ModuleType = host
        self.registered: bool = registered
        self.context: Context | None = None
        self._layer = Layer()
        self._ours: dict[str, types.ModuleType] = {}
        self._left: frozenset[str] = frozenset()

    def lay(self, context: Context) -> None:
        """Replace the release in force with another one."""
        self.clear()
        of_this_release = (
            ".".join(str(vars(self.host).get("__version__", "")).split(".")[:2])
            == context.release.name
        )
        self._left = frozenset(
            path
            for path, found in definitions.below().items()
            if context.over_real
            and found.submodule.stands_in
            and self._is_real(path)
            and found.submodule.works(context)
        )
        self.context = context
        self._hide(context)
        self._fill(self.host, definitions.top(), context)
        self._answer(self.host, "", context, submodule=definitions.top().submodule)
        if context.over_real and not of_this_release:
            announcements.lay(self._layer, self.host, context)
        for path, definition in definitions.below().items():
            if path in self._left and definition.present(context):
                self._complete(path, definition, context, follows_pin=not of_this_release)
            elif (
                self.has(path)
                and definition.submodule.attached(context)
                and self._is_filled(definition.parent)
            ):
                self.child(path)
        listed = [name for name in tree.exports(context) if name in vars(self.host)]
        self._layer.export(self.host, listed)
        if self._serves_torio:
            torio.lay(self._layer, context)
        if context.over_real:
            self._answer_for_lost_names(context)

    def _answer_for_lost_names(self, context: Context) -> None:
        """Make the imported real modules say which releases have a name that they lack."""
        prefix = f"{self.host.__name__}."
        for full, module in sys.modules.copy().items():
            path = full.removeprefix(prefix)
            if full.startswith(prefix) and isinstance(module, types.ModuleType):
                self._answer(module, path, context)

    def _answer(self, module: types.ModuleType, *what: Any, **more: Any) -> None:
        """Give a real module a hook for missing names, unless it has one of its own."""
        if "__getattr__" not in vars(module):
            self._layer.set(vars(module), "__getattr__", _reaching(module, *what, **more))

    @property
    def _serves_torio(self) -> bool:
        return self.registered and self.host.__name__ == _REAL_NAME and "io" not in self._left

    @property
    def hides_torio(self) -> bool:
        """Return whether to hide an installed ``torio``, since the release in force had none."""
        return self.context is not None and self._serves_torio and not torio.is_there(self.context)

    def clear(self) -> None:
        """Remove the release and everything laid for it."""
        self._layer.undo()
        for module in self._ours.values():
            vars(module).clear()
        self._ours.clear()
        self.context = None

    def has(self, path: str) -> bool | None:
        """Return whether the release in force has a submodule; ``None`` if it is none of ours."""
        definition = definitions.below().get(path)
        if definition is None or self.context is None:
            return None
        if not definition.present(self.context):
            return False
        return None if path in self._left else True

    def child(self, path: str) -> types.ModuleType:
        """Return one of our submodules; build it on first use and attach it to its parent."""
        assert self.context is not None
        if path in self._ours:
            return self._ours[path]
        definition = definitions.below()[path]
        parent = self._parent(definition)
        full = self._full(path)
        module = (
            sys.modules.get(full)
            if definition.submodule.merges and self.context.over_real
            else None
        )
        if module is None:
            module = empty(full, definition.doc, package=definition.package)
            self._ours[path] = module
            if self.registered:
                self._layer.set(sys.modules, full, module)
            self._layer.set(vars(parent), path.rpartition(".")[2], module)
        self._fill(module, definition, self.context)
        return module

    def _parent(self, definition: Definition) -> types.ModuleType:
        if not definition.parent:
            return self.host
        return (
            sys.modules[self._full(definition.parent)]
            if definition.parent in self._left
            else self.child(definition.parent)
        )

    def _is_filled(self, path: str) -> bool:
        """Return whether a package holds names of ours: it is ours, or they were added to it."""
        real = path in self._left or (path and definitions.below()[path].submodule.merges)
        return not path or path in self._ours or (bool(real) and self._full(path) in sys.modules)

    def _complete(
        self, path: str, definition: Definition, context: Context, *, follows_pin: bool
    ) -> None:
        """Add names of the pinned release that a real submodule lacks, if that is imported."""
        module = sys.modules.get(self._full(path))
        if module is None:
            return
        stays = vars(module).keys() - (
            definition.submodule.follows_pin if follows_pin else frozenset()
        )
        lacking = {
            name: value
            for name, value in definition.submodule.names(context).items()
            if name not in stays
        }
        late = {
            name: lacking.pop(name) for name in list(lacking) if isinstance(lacking[name], Lazy)
        }
        for name, value in lacking.items():
            self._layer.set(vars(module), name, value)
        self._layer.export_also(module, [*lacking, *late])
        self._answer(module, path, context, late, definition.submodule)

    def _full(self, path: str) -> str:
        return f"{self.host.__name__}.{path}"

    def _is_real(self, path: str) -> bool:
        """Return whether a real torchaudio has a submodule, imported or not."""
        try:
            return (
                self._full(path) in sys.modules
                or importlib.util.find_spec(self._full(path)) is not None
            )
        except (ImportError, AttributeError, ValueError):
            return False

    def _hide(self, context: Context) -> None:
        """Remove names of a real torchaudio of another release, and modules that ours replace."""
        for name in tree.NAMES:
            self._layer.drop(vars(self.host), name)
        for path, definition in definitions.below().items():
            if (path in self._left and definition.present(context)) or definition.submodule.merges:
                continue
            full = self._full(path)
            parent = (
                sys.modules.get(self._full(definition.parent)) if definition.parent else self.host
            )
            if self.registered:
                for name in [
                    name
                    for name in list(sys.modules)
                    if name == full or name.startswith(f"{full}.")
                ]:
                    self._layer.drop(sys.modules, name)
            if context.over_real and parent is not None:
                self._layer.drop(vars(parent), path.rpartition(".")[2])
                if not definition.present(context):
                    self._layer.leave_out(parent, path.rpartition(".")[2])

    def _fill(self, module: types.ModuleType, definition: Definition, context: Context) -> None:
        found = definition.submodule.names(context)
        path = definition.path
        if (
            context.release.names_warn
            and definition.submodule.goes_in_2_9
            and removed.deprecated(path)
        ):
            for name, value in found.items():
                if isinstance(value, types.FunctionType):
                    found[name] = deprecations.warning(value, f"{path}.{name}", path)
        for name, value in found.items():
            if isinstance(value, types.FunctionType):
                scripting.refuse(value, ".".join(filter(None, (_REAL_NAME, path, name))))
                if path and not self._is_found_by_name(value):
                    value.__module__, value.__name__, value.__qualname__ = (
                        module.__name__,
                        name,
                        name,
                    )
        if definition.submodule.goes_in_2_9 and recording.is_on():
            for name, value in found.items():
                if inspect.isroutine(value):
                    found[name] = recording.recorded(value, f"{path}.{name}", context.release.name)
        warns = definition.submodule.warns and context.release.backend_modules_warn
        late = {name: value for name, value in found.items() if warns or isinstance(value, Lazy)}
        for name in found.keys() - late.keys():
            self._layer.set(vars(module), name, found[name])
        for name in late:
            self._layer.drop(vars(module), name)
        if late and not warns and not definition.submodule.merges:
            public = sorted(name for name in found if not name.startswith("_"))
            self._layer.export(module, public)
        if path or late:
            self._layer.set(
                vars(module),
                "__getattr__",
                _reaching(module, path, context, late, definition.submodule, warns=warns),
            )
        if late or definition.submodule.stands_in or removed.has_names_in(path):
            self._layer.set(vars(module), "__dir__", lambda: sorted({*vars(module), *late}))

    def _is_found_by_name(self, function: types.FunctionType) -> bool:
        """Return whether pickle finds a function where its attributes say."""
        host, home, name = self.host, function.__module__, function.__qualname__
        if home.startswith(f"{host.__name__}."):
            return True  # perhaps in a submodule that is not built yet
        place = vars(host) if home == host.__name__ else vars(sys.modules.get(home, types))
        return place.get(name) is function


def _is_from_import(frame: types.FrameType) -> bool:
    """Return whether a frame executes ``from MODULE import NAME``.

    Python replaces the text of an AttributeError there, so the caller raises ImportError.
    """
    return dis.opname[frame.f_code.co_code[frame.f_lasti]] == "IMPORT_FROM"


def _reaching(
    module: types.ModuleType,
    path: str,
    context: Context,
    late: dict[str, Any] | None = None,
    submodule: Submodule | None = None,
    *,
    warns: bool = False,
) -> Any:
    """Return a module's ``__getattr__`` for names that are late, that warn, or that are missing.

    Args:
        module: the module.
        path: its path below ``torchaudio``.
        context: the release in force.
        late: values by name; each is made when it is asked for first.
        submodule: what the module is to be; ``None`` for a module that a real torchaudio alone has.
        warns: whether reading a late name warns.
    """
    made = late if late is not None else {}

    def __getattr__(name: str) -> Any:  # noqa: N807 - a module's hook
        # `from PACKAGE import NAME` asks twice: Python first checks for the name, then fetches it
        # at the user's line, where the warning belongs. The releases warned before they looked
        # whether the name exists.
        caller, is_public = sys._getframe(1), not name.startswith("__")
        told = name in made or (submodule is not None and submodule.warns_of_missing and is_public)
        if warns and told and caller.f_code.co_name != "_handle_fromlist":
            deprecations.warn(f"{path}.{name}", "backend")
        if name not in made:
            text, full = "", f"{path}.{name}".lstrip(".")
            if is_public and submodule and (submodule.stands_in or not path):
                text = advice.missing(full, context)
            elif is_public:
                text = advice.went(full, context)
            text = text or advice.of_another_release(full, context)
            if text and _is_from_import(caller):
                raise ImportError(text, name=module.__name__)
            raise AttributeError(text or f"module {module.__name__!r} has no attribute {name!r}")
        value = made[name]
        if isinstance(value, Lazy):
            value = made[name] = value.make()
        return value

    return __getattr__
