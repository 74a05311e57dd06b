# What fills the volume of notebooks: dnf and rpm for the packages, nblint for the landing page.
FROM python:3.12-slim

COPY requirements.txt nblint.txt /tmp/
RUN apt-get update \
 && apt-get install --yes --no-install-recommends cpio dnf dnf-plugins-core git rpm rpm2cpio \
 && rm -rf /var/lib/apt/lists/* \
 && pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt \
 && pip install --no-cache-dir --no-deps -r /tmp/nblint.txt

COPY . /srv/hub/
USER {{ RUNNER }}:{{ GROUP }}
ENTRYPOINT ["python", "-P", "-m", "nblint.hub.kubernetes.fill"]
