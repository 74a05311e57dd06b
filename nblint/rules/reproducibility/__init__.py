"""Rules about reproducibility: outputs, code, packages, paths, the kernel, the file's name."""
