"""The templates of `nblint new`: their folders, and the hooks that cookiecutter runs as well."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from nblint.paths import PACKAGE


def template_folder(name: str = "template") -> Path:
    """Return a template: inside the package if that is installed, beside it in a checkout.

    Args:
        name: Its folder, `template` for notebooks or `template-hub`.
    """
    checkout = PACKAGE.parent / name
    return checkout if (checkout / "cookiecutter.json").is_file() else PACKAGE / name


def template_hook(name: str, template: Path | None = None) -> ModuleType:
    """Return a module among a template's hooks.

    What cookiecutter's hooks decide on their own, `nblint new` decides by the same code: whether an
    answer is valid, and where the generated checks get nblint.

    Args:
        name: The module: `pre_gen_project` or `origin`.
        template: The template's folder; that of notebooks by default.
    """
    path = (template or template_folder()) / "hooks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"nblint.template.{name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
