"""Tells the collector which layer a thread is in: the module's path below the outermost module."""

import sys
import threading
import warnings
import weakref


class _Names:
    """Paths of modules as bytes for the collector, found once for each outermost module."""

    def __init__(self):
        self._of_root = weakref.WeakKeyDictionary()

    def name(self, root, module):
        try:
            return self._listed_name(root, module)
        except Exception:  # a module class of the job that cannot be hashed or listed
            return type(module).__name__.encode()

    def _listed_name(self, root, module):
        names = self._of_root.get(root)
        if names is None or id(module) not in names:
            names = {id(m): path.encode() for path, m in root.named_modules()}
            # A module that its parent does not list has only its class to be called by.
            names.setdefault(id(module), type(module).__name__.encode())
            names[id(root)] = type(root).__name__.encode()
            self._of_root[root] = names
        return names[id(module)]


class _Stack(threading.local):
    """The modules whose forward runs on this thread: (module, id of the calling frame)."""

    def __init__(self):
        self.entries = []


def _is_running(frame_id):
    frame = sys._getframe(3)
    while frame is not None:
        if id(frame) == frame_id:
            return True
        frame = frame.f_back
    return False


class _Layers:
    def __init__(self, collector):
        import ctypes

        self._enter = collector.flopprof_layer_enter
        self._enter.argtypes = [ctypes.c_char_p]
        self._enter.restype = None
        self._leave = collector.flopprof_layer_leave
        self._leave.argtypes = []
        self._leave.restype = None
        self._names = _Names()
        self._stack = _Stack()

    def _unwind_to(self, depth):
        entries = self._stack.entries
        while len(entries) > depth:
            entries.pop()
            self._leave()

    def _drop_ended(self, caller):
        """Takes off what an exception has ended: a forward that raised never reaches its hook."""
        entries = self._stack.entries
        depth = len(entries)
        while depth > 0:
            frame_id = entries[depth - 1][1]
            if frame_id != caller and _is_running(frame_id):
                break
            depth -= 1
        self._unwind_to(depth)

    def enter(self, module, _inputs):
        entries = self._stack.entries
        caller = id(sys._getframe(2))
        if entries:
            self._drop_ended(caller)
        root = entries[0][0] if entries else module
        name = self._names.name(root, module)
        entries.append((module, caller))
        self._enter(name)

    def leave(self, module, _inputs, _outputs):
        entries = self._stack.entries
        for depth in range(len(entries) - 1, -1, -1):
            if entries[depth][0] is module:
                self._unwind_to(depth)
                return


def install(torch, collector):
    from torch.nn.modules import module as modules

    layers = _Layers(collector)
    compiler = getattr(torch, "compiler", None)
    # While torch.compile traces, the hooks must be nothing that it would break its graph for.
    is_compiling = getattr(compiler, "is_compiling", None) or (lambda: False)

    def enter(module, inputs):
        if not is_compiling():
            layers.enter(module, inputs)

    def leave(module, inputs, outputs):
        if not is_compiling():
            layers.leave(module, inputs, outputs)

    # The warning is about these hooks, which the job does not know of.
    warnings.filterwarnings("ignore", message="Using `torch.compile.*when there are global hooks")
    modules.register_module_forward_pre_hook(enter)
    try:
        modules.register_module_forward_hook(leave, always_call=True)
    except TypeError:  # before 2.1: a raised forward is noticed at the next enter
        modules.register_module_forward_hook(leave)
