# The hub: JupyterHub in the chart's version, KubeSpawner, and nblint, which signs people in.
FROM python:3.12-slim

# The chart runs it as this user, and mounts its configuration and its volume.
RUN useradd --uid 1000 --gid {{ GROUP }} --create-home jovyan \
 && install --directory --owner=1000 --group={{ GROUP }} {{ STATE }}

COPY requirements.txt nblint.txt /tmp/
# Only files with their hashes; nblint, of which nblint.txt says where it comes from, by itself. git is for that alone.
RUN apt-get update && apt-get install --yes --no-install-recommends git \
 && pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt \
 && pip install --no-cache-dir --no-deps -r /tmp/nblint.txt \
 && apt-get purge --yes git && apt-get autoremove --yes && rm -rf /var/lib/apt/lists/* \
 && pip check && python -c 'import kubespawner, pycurl, nblint.hub.login.authenticator'

USER 1000
WORKDIR {{ STATE }}
ENV PYTHONUNBUFFERED=1
CMD ["jupyterhub", "--config", "/usr/local/etc/jupyterhub/jupyterhub_config.py"]
