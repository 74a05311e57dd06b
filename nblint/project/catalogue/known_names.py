"""Variables that are set without a declaration, and the programs that set them."""

from __future__ import annotations

from fnmatch import fnmatchcase

from msgspec import Struct

from nblint.secret_names.judge import looks_secret


class KnownNames(Struct, frozen=True):
    """Names that a program sets on its own.

    Attributes:
        by: The program.
        source: Where that is documented.
        names: The names; globs stand for families, but never for a name that looks like a secret.
    """

    by: str
    source: str
    names: tuple[str, ...]


KNOWN_NAMES = (
    KnownNames(
        "the system and the shell",
        "https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html",
        (
            *("COLUMNS", "DISPLAY", "EDITOR", "HOME", "HOSTNAME", "LANG", "LANGUAGE", "LC_*"),
            *("LINES", "LOGNAME", "MAIL", "OLDPWD", "PAGER", "PATH", "PWD", "SHELL", "SHLVL"),
            *("TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USER", "VISUAL", "LD_LIBRARY_PATH", "_"),
        ),
    ),
    KnownNames(
        "bash",
        "https://www.gnu.org/software/bash/manual/html_node/Bash-Variables.html",
        (
            *("BASH", "BASHPID", "BASH_*", "DIRSTACK", "EUID", "FUNCNAME", "GROUPS", "HOSTTYPE"),
            *("IFS", "LINENO", "MACHTYPE", "OPTARG", "OPTIND", "OSTYPE", "PIPESTATUS", "PPID"),
            *("PS1", "PS2", "RANDOM", "REPLY", "SECONDS", "SHELLOPTS", "UID"),
        ),
    ),
    KnownNames(
        "the desktop",
        "https://specifications.freedesktop.org/basedir-spec/latest/",
        ("DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "XDG_*"),
    ),
    KnownNames(
        "Windows",
        "https://learn.microsoft.com/windows-server/administration/windows-commands/set_1",
        (
            *("ALLUSERSPROFILE", "APPDATA", "COMMONPROGRAMFILES", "COMPUTERNAME", "COMSPEC"),
            *("HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "NUMBER_OF_PROCESSORS", "OS", "PATHEXT"),
            *("PROCESSOR_*", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "PUBLIC"),
            *("SYSTEMDRIVE", "SYSTEMROOT", "USERDOMAIN", "USERNAME", "USERPROFILE", "WINDIR"),
        ),
    ),
    KnownNames(
        "Python",
        "https://docs.python.org/3/using/cmdline.html#environment-variables",
        (
            *("PYTHONPATH", "PYTHONHOME", "PYTHONASYNCIODEBUG", "PYTHONBREAKPOINT"),
            *("PYTHONCOERCECLOCALE", "PYTHONDEBUG", "PYTHONDEVMODE", "PYTHONDONTWRITEBYTECODE"),
            *("PYTHONDUMPREFS", "PYTHONEXECUTABLE", "PYTHONFAULTHANDLER", "PYTHONHASHSEED"),
            *("PYTHONINSPECT", "PYTHONINTMAXSTRDIGITS", "PYTHONIOENCODING", "PYTHONMALLOC"),
            *("PYTHONMALLOCSTATS", "PYTHONNODEBUGRANGES", "PYTHONNOUSERSITE", "PYTHONOPTIMIZE"),
            *("PYTHONPERFSUPPORT", "PYTHONPLATLIBDIR", "PYTHONPROFILEIMPORTTIME"),
            *("PYTHONPYCACHEPREFIX", "PYTHONSAFEPATH", "PYTHONSTARTUP", "PYTHONTRACEMALLOC"),
            *("PYTHONUNBUFFERED", "PYTHONUSERBASE", "PYTHONUTF8", "PYTHONVERBOSE"),
            *("PYTHONWARNDEFAULTENCODING", "PYTHONWARNINGS", "PYTHON_BASIC_REPL", "PYTHON_COLORS"),
            *("PYTHON_CPU_COUNT", "PYTHON_DISABLE_REMOTE_DEBUG", "PYTHON_FROZEN_MODULES"),
            *("PYTHON_GIL", "PYTHON_HISTORY", "PYTHON_JIT", "PYTHON_PERF_JIT_SUPPORT"),
            *("VIRTUAL_ENV", "CONDA_DEFAULT_ENV", "CONDA_EXE", "CONDA_PREFIX"),
        ),
    ),
    KnownNames(
        "Jupyter",
        "https://docs.jupyter.org/en/latest/use/jupyter-directories.html",
        ("IPYTHONDIR", "JPY_*", "JUPYTER_*", "KERNEL_ID", "KERNEL_NAME", "MPLBACKEND"),
    ),
    KnownNames(
        "JupyterHub",
        "https://jupyterhub.readthedocs.io/en/stable/reference/spawners.html",
        (
            *("JUPYTERHUB_*", "JUPYTERHUB_API_TOKEN", "MEM_GUARANTEE", "MEM_LIMIT", "CPU_LIMIT"),
            *("CPU_GUARANTEE", "NOTEBOOK_DIR"),
        ),
    ),
    KnownNames(
        "the Jupyter Docker Stacks",
        "https://jupyter-docker-stacks.readthedocs.io/en/latest/using/common.html",
        (
            *("CHOWN_EXTRA", "CHOWN_HOME", "GRANT_SUDO", "NB_GID", "NB_GROUP", "NB_UID", "NB_USER"),
            *("NB_UMASK", "RESTARTABLE"),
        ),
    ),
    KnownNames(
        "Binder",
        "https://mybinder.readthedocs.io/en/latest/using/faq.html",
        ("BINDER_*",),
    ),
    KnownNames(
        "Google Colab",
        "https://colab.research.google.com/",
        ("COLAB_*",),
    ),
    KnownNames(
        "Kaggle",
        "https://www.kaggle.com/docs/notebooks",
        (
            *("KAGGLE_CONTAINER_NAME", "KAGGLE_DATA_PROXY_PROJECT", "KAGGLE_DATA_PROXY_URL"),
            *("KAGGLE_KERNEL_INTEGRATIONS", "KAGGLE_KERNEL_RUN_TYPE", "KAGGLE_URL_BASE"),
        ),
    ),
    KnownNames(
        "Databricks",
        "https://docs.databricks.com/en/compute/configure.html",
        ("DATABRICKS_RUNTIME_VERSION",),
    ),
    KnownNames(
        "Amazon SageMaker",
        "https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md",
        ("SM_*", "TRAINING_JOB_ARN", "TRAINING_JOB_NAME"),
    ),
    KnownNames(
        "Visual Studio Code",
        "https://code.visualstudio.com/docs/terminal/shell-integration",
        ("TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VSCODE_*"),
    ),
    KnownNames(
        "GitHub Codespaces",
        "https://docs.github.com/en/codespaces/developing-in-a-codespace/default-environment-variables-for-your-codespace",
        ("CODESPACES", "CODESPACE_NAME", "CODESPACE_VSCODE_FOLDER"),
    ),
    KnownNames(
        "Deepnote",
        "https://deepnote.com/docs/environment-variables",
        ("DEEPNOTE_*",),
    ),
    KnownNames(
        "Slurm",
        "https://slurm.schedmd.com/sbatch.html#SECTION_OUTPUT-ENVIRONMENT-VARIABLES",
        ("SLURMD_NODENAME", "SLURM_*"),
    ),
    KnownNames(
        "Azure Machine Learning",
        "https://learn.microsoft.com/azure/machine-learning/how-to-train-distributed-gpu",
        ("AZUREML_*",),
    ),
    KnownNames(
        "Kubernetes",
        "https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables",
        ("KUBERNETES_*",),
    ),
    KnownNames("every CI service", "https://docs.gitlab.com/ci/variables/", ("CI",)),
    KnownNames(
        "GitHub Actions",
        "https://docs.github.com/en/actions/reference/workflows-and-actions/variables",
        ("GITHUB_*", "RUNNER_*"),
    ),
    KnownNames(
        "GitLab CI",
        "https://docs.gitlab.com/ci/variables/predefined_variables/",
        ("CI_*", "CI_JOB_TOKEN", "GITLAB_CI", "GITLAB_USER_*"),
    ),
    KnownNames(
        "CircleCI",
        "https://circleci.com/docs/variables/",
        ("CIRCLECI", "CIRCLE_*"),
    ),
    KnownNames(
        "other CI services",
        "https://docs.travis-ci.com/user/environment-variables/",
        ("BUILD_ID", "BUILD_NUMBER", "JENKINS_URL", "TF_BUILD", "TRAVIS", "TRAVIS_*"),
    ),
    KnownNames("Read the Docs", "https://docs.readthedocs.io/en/stable/", ("READTHEDOCS*",)),
)

_EXACT = frozenset(name for known in KNOWN_NAMES for name in known.names if "*" not in name)
_GLOBS = tuple(name for known in KNOWN_NAMES for name in known.names if "*" in name)


def is_known(name: str) -> bool:
    """Tell whether a program sets the variable on its own.

    Args:
        name: The variable's name.
    """
    if name in _EXACT:
        return True
    return not looks_secret(name) and any(fnmatchcase(name, glob) for glob in _GLOBS)
