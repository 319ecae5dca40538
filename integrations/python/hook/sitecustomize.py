# Python imports this at start-up because its folder is first in PYTHONPATH; every Python does, the
# old ones too, so all of it stays readable to them. It leaves sys.path as it would be without us,
# waits for `import torch`, and ends with the sitecustomize that it hides.
import os
import sys

_HOOK = os.path.dirname(os.path.abspath(__file__))
_PREFIX = os.path.dirname(os.path.dirname(os.path.dirname(_HOOK)))


def _is_hook(entry):
    return isinstance(entry, str) and os.path.abspath(entry) == _HOOK


def _leave_sys_path():
    sys.path[:] = [entry for entry in sys.path if not _is_hook(entry)]
    for entry in [entry for entry in sys.path_importer_cache if _is_hook(entry)]:
        del sys.path_importer_cache[entry]


def _attach(torch):
    """Counts from here on. Whatever goes wrong is flopprof's, never the job's."""
    try:
        import ctypes

        # PyDLL keeps the GIL: the layer calls are shorter than giving it away.
        collector = ctypes.PyDLL(os.path.join(_PREFIX, "lib", "libflopprof.so"))
        collector.flopprof_attach_libtorch()
        # The preloaded library learns here that there is something to flush at _exit. Leaving a
        # layer when none was entered does nothing else.
        preloaded = getattr(ctypes.PyDLL(None), "flopprof_layer_leave", None)
        if preloaded is not None:
            preloaded()
        if os.environ.get("FLOPPROF_LAYERS") == "1":
            _module_at("flopprof_layers", "_layers.py").install(torch, collector)
    except Exception as error:
        _report(error)


def _report(error):
    """One line for the launcher, through its memory file; a reused pid's file is left alone."""
    import json

    try:
        path = os.environ["FLOPPROF_FAULTS"]
        if not os.readlink(path).startswith("/memfd:flopprof-faults"):
            return
        fault = {
            "what": "Python hook failed",
            "detail": "process %d: %s: %s" % (os.getpid(), type(error).__name__, error),
            "remedy": "check the installation of flopprof, or leave out --layers",
        }
        file = os.open(path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, json.dumps(fault).encode() + b"\n")
        finally:
            os.close(file)
    except (KeyError, OSError):
        pass  # attached by hand, or the launcher is gone: there is nobody to tell


def _module_at(name, file):
    from importlib import util

    path = os.path.join(_PREFIX, "share", "flopprof", "python", "flopprof", file)
    spec = util.spec_from_file_location(name, path)
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _WaitForTorch(object):
    """First in sys.meta_path until torch has been imported; finds torch as the others would."""

    def find_spec(self, name, path=None, target=None):
        if name != "torch":
            return None
        for finder in list(sys.meta_path):
            if finder is self or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                self._watch(spec.loader)
                return spec
        return None

    def _watch(self, loader):
        original = getattr(loader, "exec_module", None)
        if original is None:
            return

        def exec_module(module):
            del loader.exec_module
            original(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            _attach(module)

        # Python leaves frames of its import system out of a traceback by their file's name. A torch
        # that fails to import must print what it prints without us.
        exec_module.__code__ = exec_module.__code__.replace(
            co_filename="<frozen importlib._bootstrap>"
        )
        try:
            loader.exec_module = exec_module
        except AttributeError:
            pass  # a loader without a __dict__: the process stays unattached, and its end says so


class _ServeFlopprof(object):
    """Last in sys.meta_path: `import flopprof` finds ours when there is no other."""

    def find_spec(self, name, path=None, target=None):
        if name != "flopprof":
            return None
        from importlib import util

        folder = os.path.join(_PREFIX, "share", "flopprof", "python", "flopprof")
        return util.spec_from_file_location(
            name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
        )


_leave_sys_path()
if sys.version_info >= (3, 8):
    sys.meta_path.append(_ServeFlopprof())
    if os.environ.get("FLOPPROF_RUN"):
        sys.meta_path.insert(0, _WaitForTorch())

# The sitecustomize of the user or of the distribution takes our place in sys.modules. When there is
# none, or it fails, the exception is the one that `site` would have met without us.
_this = sys.modules.pop("sitecustomize", None)
try:
    import sitecustomize  # noqa: F401
except ImportError:
    if sys.version_info < (3,):
        sys.modules["sitecustomize"] = _this
    else:
        raise
