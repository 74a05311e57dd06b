# Everybody's server, and what runs notebooks on a schedule: the packages of the lock, and nothing else.
FROM python:3.12-slim

RUN useradd --uid {{ USER }} --gid {{ GROUP }} --home-dir {{ HOME }} --create-home jovyan \
 && useradd --uid {{ RUNNER }} --gid {{ GROUP }} --no-create-home notebooks

COPY requirements.txt /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt && pip check

# Opening a notebook runs none of the files beside it.
COPY kernels {{ KERNELS }}
ENV PYTHONSAFEPATH=1
COPY --chmod=0755 start-server /usr/local/bin/
# Notebooks are found where a host has them.
RUN ln -s {{ CURRENT }}{{ NOTEBOOKS_FOLDER }} {{ NOTEBOOKS_FOLDER }}

USER {{ USER }}
WORKDIR {{ HOME }}
CMD ["/usr/local/bin/start-server"]
