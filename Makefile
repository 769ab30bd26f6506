# The environments (Galaxy, development, jobs) are made inside the checkout from the lock files in requirements/.
PYTHON ?= python3
UV_VERSION := 0.13.8
ENVS := .envs
DEV := $(ENVS)/dev/bin
UV := $(ENVS)/uv/bin/uv
STATE := .galaxy
GALAXY_BRANCH := release_26.1
# Empty, or the version of Galaxy for which there is an environment beside that of the usual one.
GALAXY :=
export GALAXY_ENVIRONMENT := galaxy$(addprefix -,$(GALAXY))
BENCHMARKS := hash_one_dataset hash_many_datasets read_images search_images map_or_manifest find_similar_files \
  find_processed_images search_pairs compare_manifests load_galaxy
FUZZ_RUNS := 3000000
PROOFS := demo test test-hostile test-containers test-pulsar test-slurm test-ui test-exports test-ecosystem
TOOLS := $(shell grep -l '^<tool' tools/*/*.xml)
WORKFLOWS := $(wildcard workflows/*)

SHELL := /bin/bash
# planemo wants what it lints for the ToolShed to lie in folders named as on GitHub.
SHED_COPY := $(STATE)/shed_lint/BMCV/galaxy-image-analysis
EXPORTED := $(STATE)/exports
EXPORTED_SUITE := $(EXPORTED)/galaxy-image-analysis/tools/iscc-sum
# These checks ask the network: bio.tools, and the ToolShed.
OFFLINE := --skip BioToolsValid,version_bumped
export UV_PYTHON_DOWNLOADS := never
export PYTHONPATH := $(CURDIR)
export PLANEMO_GLOBAL_WORKSPACE := $(CURDIR)/$(STATE)/planemo

.DEFAULT_GOAL := help
.PHONY: $(shell grep -oE '^[a-z-]+:' $(firstword $(MAKEFILE_LIST)) | tr -d :)

help:  ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-22s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: environments  ## Hash, verify and compare sample images in a real Galaxy
	$(DEV)/python -m local_galaxy.demo

serve: environments  ## Leave a Galaxy with the tools and the sample data up for the browser
	$(DEV)/python -m local_galaxy.serve

test: lint test-unit test-galaxy  ## Lint, unit tests, and all tools in a real Galaxy

lint: shed-copy  ## Lint the tools and the Python, at warn level
	$(DEV)/flake8
	$(DEV)/python -m gialint --tool_path tools
	$(DEV)/planemo lint --fail_level warn $(OFFLINE) $(TOOLS)
	$(DEV)/planemo workflow_lint --iwc --fail_level warn $(WORKFLOWS)
	$(DEV)/gx-validate-tours tours
	$(DEV)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(DEV)/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(DEV)/zizmor --offline --quiet .github
	$(DEV)/planemo shed_lint --tools --ensure_metadata --fail_level warn $(OFFLINE) $(SHED_COPY)

test-unit: tool-environments  ## Test the Python beside the tools and the local Galaxy
	$(DEV)/pytest --numprocesses auto --dist loadfile tests/unit

test-galaxy: environments  ## Test all tools and workflows in one local Galaxy, GALAXY=25.1 for the oldest
	$(DEV)/python -m local_galaxy.run $(STATE)/test $(MAKE) --no-print-directory test-tools

test-containers: environments  ## Test all tools in containers, by podman
	$(DEV)/python -m local_galaxy.run --containers $(STATE)/containers $(MAKE) --no-print-directory test-xml

test-pulsar: environments $(ENVS)/pulsar/ready  ## Test all tools through Pulsar, which sees no file of Galaxy
	$(DEV)/python -m local_galaxy.run --pulsar $(STATE)/pulsar $(MAKE) --no-print-directory test-xml

test-slurm: environments  ## Test all tools through Slurm, installed by apt-get where missing
	$(DEV)/python -m local_galaxy.run --slurm $(STATE)/slurm $(MAKE) --no-print-directory test-xml

# Names that would do harm, damaged files and faults: through the scripts, and in the running Galaxy. Up to half an hour.
test-hostile: environments  ## Prove what is claimed of hostile names, damaged files and faults
	$(DEV)/pytest tests/hostile --ignore-glob '*_in_galaxy.py'
	$(DEV)/python -m local_galaxy.run $(STATE)/hostile $(DEV)/pytest tests/hostile/test_*_in_galaxy.py

fuzz: $(ENVS)/fuzz/ready  ## Fuzz what reads codes from files, FUZZ_RUNS times, guided by coverage
	@mkdir -p $(STATE)/fuzz/corpus
	$(ENVS)/fuzz/bin/python tests/hostile/fuzz_code_files.py -runs=$(FUZZ_RUNS) -max_len=4096 \
	  -artifact_prefix=$(STATE)/fuzz/ $(STATE)/fuzz/corpus

test-ecosystem: tool-environments $(ENVS)/ecosystem/ready $(ENVS)/bio/ready  ## Test hand-overs to other programs, and what iscc-bio does
	$(DEV)/pytest tests/ecosystem

test-ui: environments $(ENVS)/ui/ready  ## Walk through all tools, a workflow and the tour in a browser
	$(DEV)/python -m local_galaxy.browser $(DEV)/python -m local_galaxy.run $(STATE)/ui \
	  $(ENVS)/ui/bin/pytest --exitfirst --confcutdir tests/ui tests/ui

images: $(ENVS)/ui/ready  ## Take the pictures of the documentation from what make test-ui saved
	$(ENVS)/ui/bin/python docs/images/from_screenshots.py

galaxy-image-analysis: $(ENVS)/dev/ready  ## Write to OUT what BMCV/galaxy-image-analysis needs
	@$(DEV)/python -m exports.galaxy_image_analysis '$(OUT)'

iwc: $(ENVS)/dev/ready  ## Write to OUT what galaxyproject/iwc needs
	@$(DEV)/python -m exports.iwc '$(OUT)'

gtn: $(ENVS)/dev/ready  ## Write to OUT what galaxyproject/training-material needs
	@$(DEV)/python -m exports.training_network '$(OUT)'

biocontainers: $(ENVS)/dev/ready  ## Write to OUT what BioContainers/multi-package-containers needs
	@$(DEV)/python -m exports.biocontainers '$(OUT)'

# What goes to other repositories passes there. The unit tests run flake8 and gialint, which take seconds.
test-exports: environments  ## Lint and test what goes to other repositories, as they do
	@rm -rf $(EXPORTED)
	@$(MAKE) --no-print-directory galaxy-image-analysis OUT=$(EXPORTED)/galaxy-image-analysis
	@$(MAKE) --no-print-directory iwc OUT=$(EXPORTED)/iwc
	@$(MAKE) --no-print-directory gtn OUT=$(EXPORTED)/training-material
	$(DEV)/planemo lint --fail_level warn $(OFFLINE) $(EXPORTED_SUITE)
	$(DEV)/planemo shed_lint --ensure_metadata --fail_level warn $(OFFLINE) $(EXPORTED_SUITE)
	$(DEV)/planemo workflow_lint --iwc --fail_level warn $(EXPORTED)/iwc/workflows/imaging/*
	$(DEV)/planemo workflow_lint --fail_level warn $(EXPORTED)/training-material/topics/*/tutorials/*/workflows
	$(DEV)/python -m local_galaxy.run --suite $(EXPORTED_SUITE) $(STATE)/test_exports \
	  $(MAKE) --no-print-directory test-exported

# Needs the variables that local_galaxy.run sets. The workflows of the tutorial are three of these, with the same tests.
test-exported:
	$(PLANEMO_TEST) --test_output $(EXPORTED)/tool_tests.html --test_output_json $(EXPORTED)/tool_tests.json \
	  $(EXPORTED_SUITE)
	$(PLANEMO_TEST) --no_shed_install --test_output $(EXPORTED)/workflow_tests.html \
	  --test_output_json $(EXPORTED)/workflow_tests.json $(EXPORTED)/iwc/workflows/imaging/*/*.ga
	$(DEV)/pytest tests/exported

prove: $(ENVS)/dev/ready  ## Run all proofs but fuzz and bench, and show a table of them
	@$(DEV)/python -m local_galaxy.prove $(PROOFS)

# Needs the variables that local_galaxy.run sets. One after the other, they leave half of two cores idle.
test-tools:
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-xml test-histories test-workflows
	$(DEV)/pytest -m alone tests/galaxy

test-histories:
	$(DEV)/pytest --maxfail 3 -m 'not alone' tests/galaxy

PLANEMO_TEST = $(DEV)/planemo test --galaxy_url $$GALAXY_URL --galaxy_admin_key $$GALAXY_ADMIN_KEY \
  --galaxy_user_key $$GALAXY_USER_KEY --test_timeout 120

test-xml:
	$(PLANEMO_TEST) --test_output $(STATE)/tool_tests.html --test_output_json $(STATE)/tool_tests.json $(TOOLS)

test-workflows:
	$(PLANEMO_TEST) --no_shed_install --test_output $(STATE)/workflow_tests.html \
	  --test_output_json $(STATE)/workflow_tests.json $(wildcard workflows/*/*.ga)

# Both need the network: a Galaxy from its repository and images, and the ToolShed (the key is in SHED_KEY).
test-biocontainers: $(ENVS)/dev/ready  ## Test all tools in BioContainers, in a Galaxy of GALAXY_BRANCH
	$(DEV)/planemo test --biocontainers --galaxy_branch $(GALAXY_BRANCH) --test_output $(STATE)/tool_tests.html $(TOOLS)

release: $(ENVS)/dev/ready  ## Note in tests/released.json what ships as this version
	$(DEV)/python -m local_galaxy.release

deploy: shed-copy  ## Upload the repositories and the suite to SHED, testtoolshed or toolshed
	$(DEV)/planemo shed_update --shed_target $(SHED) --shed_key_from_env SHED_KEY --force_repository_creation \
	  --check_diff --message "$$(git rev-parse HEAD)" $(SHED_COPY)

shed-copy: $(ENVS)/dev/ready
	@rm -rf $(SHED_COPY)
	@$(DEV)/python -m local_galaxy.shed $(SHED_COPY)

# A Galaxy needs all; the commands of the tools, and what tests them, do without it.
environments: tool-environments $(ENVS)/$(GALAXY_ENVIRONMENT)/ready

tool-environments: $(addprefix $(ENVS)/,$(addsuffix /ready,dev jobs similarity images image_similarity))

$(ENVS)/%/ready: requirements/%.lock | $(UV)
	@echo "Installing $* environment ..."
	@$(UV) venv --quiet --clear --python $(PYTHON) $(ENVS)/$*
	@VIRTUAL_ENV=$(ENVS)/$* $(UV) pip sync --quiet --compile-bytecode requirements/$*.lock
	@touch $@

$(UV):
	@$(PYTHON) -m venv $(ENVS)/uv
	@$(ENVS)/uv/bin/pip install --quiet uv==$(UV_VERSION)

bench: environments $(ENVS)/bio/ready  ## Measure what the tools cost, as ratios; tables and plots go to .galaxy/benchmarks
	@mkdir -p $(STATE)/benchmarks
	@set -o pipefail; for name in $(BENCHMARKS); do \
	  $(DEV)/python benchmarks/$$name.py | tee $(STATE)/benchmarks/$$name.md || exit 1; \
	done

lock: $(UV)  ## Resolve the newest versions into the lock files
	@for name in $(basename $(notdir $(wildcard requirements/*.in))); do \
	  $(UV) pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --upgrade \
	    $$([[ $$name == galaxy* ]] && echo --excludes requirements/galaxy.excluded) \
	    requirements/$$name.in --output-file requirements/$$name.lock || exit 1; \
	done

clean:  ## Remove the environments and all state
	rm -rf $(ENVS) $(STATE)
