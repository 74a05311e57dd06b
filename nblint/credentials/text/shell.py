"""Find credentials on command lines, among the options of tools that people run from notebooks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from nblint.credentials.hits import Hit
from nblint.credentials.judging.named_values import bind
from nblint.credentials.text.headers import find_headers
from nblint.credentials.text.pairs import Unquoted, find_pairs
from nblint.credentials.text.sql import find_sql
from nblint.multisearch import Literals
from nblint.patterns import lazy_pattern
from nblint.secret_names.judge import PASSWORD, SECRET, TOKEN, CredentialName, Level, judge

# A word of a shell with its quotes; `$VAR` and `$(…)` are look-ups.
_WORD = r"""(?:"([^"\n]{3,512})"|'([^'\n]{3,512})'|((?!-)[^\s"'|;&<>()`]{3,1024}))"""
_OPTION = lazy_pattern(r"""-(?<![\w-]-)-?([A-Za-z][\w.-]{2,40})[= ][ \t]{0,4}""" + _WORD)
_USER = lazy_pattern(
    r"""(?:\b(?:curl|http|https|wget|xh|smbclient|rpcclient|ldapsearch|lftp)\b[^\n|;]{0,400}?)"""
    r"""[ \t](?:-u|--user|-a|--auth|-U|--proxy-user)[ =]{0,4}["']?([^\s:"'%,]{1,80})[:%,]([^\s"'|;]{3,200})"""
)
_USER_OPTIONS = (" -u", " -a", " -U", " --user", " --auth", " --proxy-user", "\t-")
# Tools that take a password with `-p` or `-w`; mysql takes it without a space.
_SHORT = lazy_pattern(
    r"""\b(?:sshpass|(?:docker|podman|az|oc|cf|ibmcloud|skopeo|registry)[ \t]{1,4}login|mongo|mongosh"""
    r"""|mongodump|mongorestore|mongoimport|mongoexport|twine|snowsql|ldapsearch|xfreerdp|cqlsh|useradd"""
    r"""|steghide|sqlcmd|bcp|isql|impala-shell|beeline)\b"""
    r"""[^\n|;]{0,300}?[ \t]-[pPw][ =]{0,4}""" + _WORD
)
_MYSQL = lazy_pattern(
    r"""\b(?:mysql(?:dump|admin|import|sh)?|7z[arz]?|(?:un)?rar)\b[^\n|;]{0,300}?[ \t]-p""" + _WORD
)
# Any tool with a user and a password as short options; `-p` may also be a port or a project.
_USER_AND_PASSWORD = lazy_pattern(
    r"""[ \t]-(?:u|U|a|l|-user(?:name)?)[ =]{1,4}["']?[\w@.\\/-]{1,80}["']?[ \t][^\n|;]{0,100}?-[pP][ =]{1,4}"""
    + _WORD
)
_NET_USE = lazy_pattern(
    r"""\bnet[ \t]{1,4}use[ \t](?:(?:\S{1,200}[ \t]{1,4}){1,3}?(?!\\)"""
    + _WORD
    + r"""[ \t]{1,4}/user:|[^\n]{1,200}?[ \t]/user:\S{1,100}[ \t]{1,4}(?!/)"""
    + _WORD
    + ")"
)
_NET_USER = lazy_pattern(r"""\bnet[ \t]{1,4}user[ \t]{1,4}[\w.$-]{1,40}[ \t]{1,4}(?!/)""" + _WORD)
_RDP = lazy_pattern(r"""[ \t]/(?:p|pass|password|pwd|rp)(?::|[ \t]{1,4})""" + _WORD)
_ZIP = lazy_pattern(r"""\b(?:un)?zip\b[^\n|;]{0,300}?[ \t]-P[ =]{0,4}""" + _WORD)
_OPENSSL = lazy_pattern(r"""\bopenssl\b[^\n|;]{1,200}?[ \t]-k[ \t]{1,4}""" + _WORD)
# PostgreSQL's password file: `host:port:database:user:password`.
_PGPASS = lazy_pattern(
    r"""(?:^|["'\s])[\w.*-]{1,100}:(?:\d{2,5}|\*):[\w.*-]{1,80}:[\w.@*-]{1,80}:([^\s"'\\]{4,128})"""
)
_REDIS = lazy_pattern(r"""\bredis-cli\b[^\n|;]{0,300}?[ \t]-a[ \t]{1,4}""" + _WORD)
_SQLPLUS = lazy_pattern(
    r"""\b(?:sqlplus|sqlldr|expdp|impdp|rman)\b[^\n|;@]{0,80}?[ \t][\w$#]{1,60}/([^\s@/]{3,80})@"""
)
_SUDO = lazy_pattern(
    r"""\becho[ \t]{1,4}(?:-[ne][ \t]{1,4})?"""
    + _WORD
    + r"""[ \t]{0,4}\|[ \t]{0,4}sudo[ \t]{1,4}-S"""
)
_STDIN = lazy_pattern(
    r"""\b(?:echo|printf)[ \t]{1,4}(?:-[ne][ \t]{1,4}|["']?%s(?:\\n)?["']?[ \t]{1,4})?"""
    + _WORD
    + r"""[ \t]{0,4}\|[^\n]{0,120}(?:--password-stdin|--passphrase-fd|--with-token|passwd|login|kinit)"""
)
# A tool's input: `kinit ann <<< "…"`.
_HERE_STRING = lazy_pattern(
    r"""(?:\b(?:kinit|sudo|passwd|login|cryptsetup|chpasswd)\b|--[\w-]{0,20}(?:password|token|passphrase)\b)[^\n|;]{0,200}?<<<[ \t]{0,4}"""
    + _WORD
)
_RCLONE = lazy_pattern(r"""\brclone\b[^\n|;]{1,300}?[ \t](?:pass|obscure)[ =][ \t]{0,4}""" + _WORD)
_POETRY = lazy_pattern(
    r"""\bpoetry[ \t]{1,4}config[ \t]{1,4}(?:--\w{1,20}[ \t]{1,4})?"""
    r"""(?:http-basic\.\S{1,80}[ \t]{1,4}\S{1,80}|pypi-token\.\S{1,80})[ \t]{1,4}""" + _WORD
)
_MINIO = lazy_pattern(
    r"""\bmc[ \t]{1,4}(?:alias[ \t]{1,4}set|config[ \t]{1,4}host[ \t]{1,4}add)(?:[ \t]{1,4}\S{1,200}){3}[ \t]{1,4}"""
    + _WORD
)
# https://github.com/fortra/impacket/tree/master/examples: `[[domain/]username[:password]@]host`.
_IMPACKET = lazy_pattern(
    r"""\b(?:\w{2,8}exec|secretsdump|smbclient|lookupsid|samrdump|mssqlclient|get(?:TGT|ST|Pac)|reg|services|rpcdump"""
    r"""|addcomputer|ticketer|Get(?:UserSPNs|NPUsers|ADUsers)|findDelegation|rdp_check|netview|ntlmrelayx)\.py\b"""
    r"""[^\n|;]{0,200}?[ \t"'](?:[\w.-]{1,60}/)?[\w.$-]{1,60}:([^\s"'@:]{3,128})(?=@|["'\s]|$)"""
)
_PASSIN = lazy_pattern(r"""\bpass:([^\s"';|]{4,128})""")
_HTPASSWD = lazy_pattern(
    r"""\bhtpasswd[ \t]{1,4}(?:-\w{1,6}[ \t]{1,4}){0,4}-\w{0,6}b\w{0,6}[ \t]{1,4}(?:-\w{1,6}[ \t]{1,4}){0,4}\S{1,200}[ \t]{1,4}\S{1,80}[ \t]{1,4}"""
    + _WORD
)
_SECURE_STRING = lazy_pattern(
    r"""ConvertTo-SecureString[ \t]{1,4}(?:-\w{1,12}[ \t]{1,4}){0,4}["']([^"'\n]{3,200})["']"""
    r"""|["']([^"'\n]{3,200})["'][ \t]{0,4}\|[ \t]{0,4}ConvertTo-SecureString""",
    re.IGNORECASE,
)
# `Set-Item Env:API_KEY "…"`, `Set-Variable -Name apiKey -Value "…"`.
_ITEM = lazy_pattern(
    r"""\b(?:Set|New)-(?:Item|Variable|Content)[ \t]{1,4}(?:-(?:Path|Name)[ \t]{1,4})?["']?(?:Env:[\\/]?)?([A-Za-z][\w.-]{1,60})["']?[ \t]{1,4}(?:-Value[ \t]{1,4})?"""
    + _WORD,
    re.IGNORECASE,
)
# A setting's name and value as options of their own: `--name /db/password --value …`.
_NAMED_OPTION = lazy_pattern(
    r"""[ \t]--?(?:name|key|secret-id|parameter)[ =]{1,4}["']?(?:[\w.-]{0,40}/){0,6}([\w.-]{2,60})["']?[ \t][^\n|;]{0,200}?--?(?:value|secret-string|string-value)[ =]{1,4}"""
    + _WORD
)
# `echo -n user:… | base64`, from which a header is made.
_ENCODED = lazy_pattern(
    r"""\b(?:echo|printf)[ \t]{1,4}(?:-n[ \t]{1,4}|["']?%s["']?[ \t]{1,4})?["']?[\w.@-]{1,60}:([^\s:"']{4,100})["']?[ \t]{0,4}\|[ \t]{0,4}(?:openssl[ \t]{1,4})?base64"""
)
# Tools with words of their own before a password.
_SPELLED = lazy_pattern(
    r"""\b(?:nmcli\b[^\n|;]{1,200}?[ \t]password|wpa_passphrase[ \t]{1,4}\S{1,80}|rabbitmqctl[ \t]{1,4}(?:add_user|change_password)[ \t]{1,4}["']?\S{1,80}"""
    r"""|db2[ \t]{1,4}connect[ \t]{1,4}to[ \t]{1,4}\S{1,80}[ \t]{1,4}user[ \t]{1,4}\S{1,80}[ \t]{1,4}using|ftp\b[^\n]{0,200}<<[^\n]{1,40}\n[^\n]{0,60}?user[ \t]{1,4}\S{1,60})[ \t]{1,4}"""
    + _WORD
)
_LOGIN = lazy_pattern(
    r"""\b(?:wandb|vault|huggingface-cli|hf|comet|clearml|neptune|prefect|databricks|snyk|heroku|flyctl|modal|ngrok|pulumi)"""
    r"""[ \t]{1,4}(?:(?:auth|cloud)[ \t]{1,4})?(?:login|authtoken|add-authtoken|config[ \t]add-authtoken)[ \t]{1,4}(?:--?\w[\w-]{0,30}[ \t]{1,4}){0,3}"""
    + _WORD
)
# `%env NAME value` and `aws configure set aws_secret_access_key VALUE`.
_SPACED = lazy_pattern(
    r"""(?:%env|%set_env|%%env|\bsetx|configure[ \t]{1,4}set|config[ \t]{1,4}set|conf[ \t]{1,4}set|secrets?[ \t]{1,4}set|global|\bENV|\bset[ \t]{1,4}-[gUxl]{1,4}|papermill\b[^\n]{1,300}?[ \t]-p|remote[ \t]{1,4}modify[ \t]{1,4}(?:--\w{1,20}[ \t]{1,4}){0,3}[\w-]{1,80})[ \t]{1,4}((?://[\w.:/-]{1,80}:)?[\w.-]{2,80})[ \t]{1,4}(?:(?:--body|-b)[ =])?"""
    + _WORD
)
_SETTERS = (
    "%env",
    "set_env",
    " set",
    "\tset",
    "set -",
    "setx",
    "ENV",
    "global ",
    "papermill",
    "modify",
)
# Writes to a secret store: `az keyvault secret set … --value …`, AWS, Ansible.
_STORED = lazy_pattern(
    r"""\b(?:secrets?[ \t]{1,4}(?:set|put)|SecureString)\b[^\n|;]{0,300}?[ \t]--(?:string-value|value|body)[ =]{1,4}"""
    + _WORD
)
_ANSIBLE = lazy_pattern(
    r"""\bencrypt_string[ \t]{1,4}(?:--\w[\w-]{0,30}[ \t]{1,4}\S{1,80}[ \t]{1,4}){0,3}""" + _WORD
)
_KAGGLE = lazy_pattern(
    r"""\bkaggle[ \t]{1,4}config[ \t]{1,4}set[ \t]{1,4}-n[ \t]{1,4}key[ \t]{1,4}-v[ \t]{1,4}"""
    + _WORD
)
_NETRC = lazy_pattern(
    r"\bmachine\s{1,4}(?:\S{1,200}\s{1,4}login\s{1,4}\S{1,100}|[\w-]{1,100}\.\S{1,100})\s{1,4}password\s{1,4}"
    + _WORD
)
# What Windows takes in a password's stead: NT hashes and Kerberos keys.
# https://attack.mitre.org/techniques/T1550/002/
_HASHES = lazy_pattern(
    r"""(?:/(?:rc4|ntlm|aes128|aes256):|\b(?:cme|crackmapexec|nxc|netexec|evil-winrm|smbmap|\w{2,8}exec(?:\.py)?|impacket-\w{2,20})\b[^\n|;]{0,200}?[ \t]-H[ ](?:[0-9a-fA-F]{32}:)?|-hashes[ =](?:[0-9a-fA-F]{32})?:|\bNTLM(?:[ ]hash)?[ \t]{0,12}:[ \t]{0,4})"""
    r"""((?:[0-9a-fA-F]{32}){1,2})(?![0-9a-zA-Z])"""
)
_HASH = CredentialName(Level.STRONG, "password hash")
# https://net-snmp.sourceforge.io/docs/man/snmpcmd.html
_SNMP = lazy_pattern(r"""[ \t]-[AX][ \t]{1,4}""" + _WORD)
_LIST_SEPARATOR = lazy_pattern(r"""["'],[ ]?["']""")
# What a text must hold one of, the pattern, and what its groups capture.
_COMMANDS: tuple[tuple[tuple[str, ...], re.Pattern[str], CredentialName], ...] = (
    (("machine ",), _NETRC, PASSWORD),
    ((" -p", " -P", " -w"), _SHORT, PASSWORD),
    ((" -p",), _MYSQL, PASSWORD),
    ((" -P",), _ZIP, PASSWORD),
    (("redis-cli",), _REDIS, PASSWORD),
    (("/user:",), _NET_USE, PASSWORD),
    (("/u:", "/user:", "/ru ", "/add:"), _RDP, PASSWORD),
    (("openssl ",), _OPENSSL, PASSWORD),
    (("sudo",), _SUDO, PASSWORD),
    (("echo", "printf"), _STDIN, PASSWORD),
    (("pass:",), _PASSIN, PASSWORD),
    (("htpasswd",), _HTPASSWD, PASSWORD),
    (("ecure",), _SECURE_STRING, PASSWORD),
    (("sqlplus", "sqlldr", "expdp", "impdp", "rman"), _SQLPLUS, PASSWORD),
    ((" login", "\tlogin", "authtoken"), _LOGIN, TOKEN),
    (("<<<",), _HERE_STRING, PASSWORD),
    (("rclone",), _RCLONE, PASSWORD),
    (("poetry",), _POETRY, PASSWORD),
    (("mc ",), _MINIO, SECRET),
    ((".py",), _IMPACKET, PASSWORD),
    (("-value ", "-value=", "--body"), _STORED, PASSWORD),
    (("encrypt_string",), _ANSIBLE, PASSWORD),
    (("kaggle ",), _KAGGLE, SECRET),
    (("/rc4:", "/ntlm:", "/aes", " -H ", "-hashes", "NTLM"), _HASHES, _HASH),
    (("snmp",), _SNMP, PASSWORD),
    (("net user",), _NET_USER, PASSWORD),
    (("base64",), _ENCODED, PASSWORD),
    (("nmcli", "wpa_", "rabbitmqctl", "db2 ", "ftp "), _SPELLED, PASSWORD),
)
# The same for patterns that also capture a name.
_NAMED_COMMANDS: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (_SETTERS, _SPACED),
    (("-Item", "-Variable", "-Content"), _ITEM),
    (("-value ", "-value=", "-string "), _NAMED_OPTION),
)
_MARKS = Literals(
    sorted(
        {
            *_SETTERS,
            "-Item",
            "-Variable",
            "-Content",
            "-string ",
            *(word for words, _, _ in _COMMANDS for word in words),
        }
    )
)


def find_shell(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials in shell commands and in magics.

    Args:
        text: One or more command lines; a magic with its `%`.
        placeholders: Values that are not secrets, from the settings.
    """
    text = _without_continuations(text)
    yield from find_headers(text, placeholders)
    yield from find_commands(text, placeholders)
    yield from find_pairs(text, Unquoted.LITERAL, placeholders)


def find_commands(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find credentials among the options of well-known tools, in Markdown and outputs as well."""
    text = _without_continuations(_as_command_lines(text))
    if " -" in text:
        yield from _options(text, placeholders)
    present = _MARKS.present(text)
    for words, pattern, judged in _COMMANDS if present else ():
        if not present.isdisjoint(words):
            for match in pattern.finditer(text):
                yield from _word(match, 1, "", judged, placeholders)
    for words, pattern in _NAMED_COMMANDS if present else ():
        if not present.isdisjoint(words):
            for match in pattern.finditer(text):
                yield from _word(match, 2, match[1], judge(match[1]), placeholders)
    yield from find_sql(text, placeholders)


def find_pgpass(text: str, placeholders: Collection[str] = ()) -> Iterator[Hit]:
    """Find rows of a PostgreSQL password file in a text that mentions one, or its port."""
    for match in _PGPASS.finditer(text) if "pgpass" in text or ":5432:" in text else ():
        yield from _word(match, 1, "", PASSWORD, placeholders)


def _options(text: str, placeholders: Collection[str]) -> Iterator[Hit]:
    for match in _OPTION.finditer(text):
        judged = judge(match[1])
        if judged.level is not Level.NONE:
            yield from _word(match, 2, match[1], judged, placeholders)
    for match in _USER_AND_PASSWORD.finditer(text) if " -p" in text or " -P" in text else ():
        yield from _word(match, 1, "", PASSWORD, placeholders, is_sure=False)
    # The expression also starts at the scheme of links, which most texts have.
    has_user = any(option in text for option in _USER_OPTIONS)
    for match in _USER.finditer(text) if has_user else ():
        if match[1].lower() != match[2].lower():
            yield from bind(
                "", match[2], *match.span(2), judged=PASSWORD, placeholders=placeholders
            )


def _word(
    match: re.Match[str],
    first: int,
    name: str,
    judged: CredentialName,
    placeholders: Collection[str],
    *,
    is_sure: bool = True,
) -> Iterator[Hit]:
    groups = range(first, (match.re.groups or first) + 1)
    group = next((number for number in groups if match[number] is not None), None)
    if group is not None and not match[group].startswith(("$", "`", "-")):
        yield from bind(
            name, match[group], *match.span(group), judged=judged, quoted=is_sure,
            placeholders=placeholders,
        )  # fmt: skip


def _as_command_lines(text: str) -> str:
    """Blank out what separates the words of `["mysql", "-p…"]`; offsets stay the same."""
    if "'-" in text or '"-' in text:
        text = _LIST_SEPARATOR.sub(lambda match: " " * len(match[0]), text)
    return text


def _without_continuations(text: str) -> str:
    """Blank out escaped line ends, so that a command is one line; offsets stay the same."""
    return text.replace("\\\n", "  ") if "\\\n" in text else text
