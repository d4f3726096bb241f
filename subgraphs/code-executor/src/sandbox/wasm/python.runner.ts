/**
 * Python code that runs a project's file like `python file`: sys.argv, exit codes, tracebacks that start in the program.
 * It evaluates to a function whose result is the exit code, or -1 for a program that ended with a MemoryError.
 */
export const PYTHON_RUNNER = `
import sys


def _create_runner():
    import builtins
    import os
    import traceback
    import types

    # These modules give no access to the host (see python.worker.ts). Importing them raises an ordinary error.
    blocked = {"js", "pyodide_js", "_pyodide_core", "pyodide.http", "pyodide.code"}

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name in blocked:
                raise ModuleNotFoundError(f"No module named '{name}': there is no JavaScript in this sandbox", name=name)
            return None

    def close(module_names):
        sys.meta_path.insert(0, Finder())
        for name in module_names:
            sys.modules.pop(name, None)

    def print_traceback(error):
        frame = error.__traceback__
        while frame is not None and not frame.tb_frame.f_code.co_filename.startswith("/work/"):
            frame = frame.tb_next
        traceback.print_exception(type(error), error, frame if frame is not None else None, file=sys.stderr)

    def exit_code(code):
        if code is None:
            return 0
        if isinstance(code, int):
            return code & 255
        print(code, file=sys.stderr)
        return 1

    def run(entrypoint, args):
        path = f"/work/{entrypoint}"
        os.chdir("/work")
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(line_buffering=True)
        sys.argv = [path, *args]
        sys.path[0:0] = list(dict.fromkeys([os.path.dirname(path), "/work"]))
        main = types.ModuleType("__main__")
        main.__file__ = path
        main.__builtins__ = builtins
        sys.modules["__main__"] = main
        close(blocked)
        code = 0
        try:
            with open(path, "rb") as file:
                program = compile(file.read(), path, "exec", dont_inherit=True)
            exec(program, main.__dict__)
        except SystemExit as error:
            code = exit_code(error.code)
        except MemoryError as error:
            print_traceback(error)
            code = -1
        except BaseException as error:
            print_traceback(error)
            code = 1
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except BaseException:
                pass
        return code

    return run


_create_runner()
`;
