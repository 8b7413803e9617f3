"""`python -m livemocap`, the same as the `livemocap` command."""

from livemocap.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
